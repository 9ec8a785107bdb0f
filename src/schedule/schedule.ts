import type { Control } from '../memory/control.js';
import type { EventCount } from './event-count.js';
import { createStream } from '../random/stream.js';
import { createPoissonClock, type PoissonClock } from './poisson-clock.js';

/** The schedules, in real and in virtual time alike. */
export const SCHEDULE_NAMES = ['hogwild', 'synchronous', 'bounded', 'poisson'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/** Decides only when a partition may continue. Learning code calls it and does not depend on which schedule it is. */
export interface Schedule {
  /** False while the partition may not begin its next update, of number `update`. */
  mayBegin(update: number): boolean;
  /** Called as an update begins. */
  begin(update: number): void;
  /** Called between a phase that publishes and a phase that reads; the partition continues once `isGateOpen` returns true. */
  arrive(): void;
  isGateOpen(): boolean;
  /** False if a neuron takes no part in this update. Called once per update and neuron. */
  learns(neuron: number): boolean;
  /** Milliseconds until `mayBegin`, having returned false, may return true without a notification; Infinity if it cannot, or was not called. */
  wakeDelay(): number;
  /** When asynchronous inference ticks. */
  readonly inferenceTicks: InferenceTicks;
  /** Its clocks, always in the same order. */
  readonly clocks: readonly PoissonClock[];
}

/** When a partition ticks if inference waits for no partition. */
export interface InferenceTicks {
  /** True if all partitions tick in lockstep: a partition that is behind ticks even without new inputs. */
  readonly lockstep: boolean;
  /**
   * False while a partition that has new inputs must not tick.
   *
   * @param taken ticks that it has taken
   * @param least ticks that each of the others has taken
   */
  mayBegin(taken: number, least: number): boolean;
  /** Called as a tick begins, and when a tick that was waited for is not needed any more. */
  begin(): void;
  /** Seconds until `mayBegin`, having returned false, may return true without a notification; Infinity if it cannot. */
  wakeDelay(): number;
}

export interface ScheduleContext {
  readonly control: Control;
  readonly eventCount: EventCount;
  readonly partition: number;
  /** Gates in one update. */
  readonly gates: number;
  /** Neurons that the partition owns. */
  readonly neurons: readonly number[];
  readonly timing: ClockSettings;
  readonly seed: number;
  /** Seconds; never goes back. */
  readonly now: () => number;
}

/** The settings of the schedules. */
export interface ClockSettings {
  /** k of `bounded`: versions that a partition may be ahead of the slowest. */
  readonly stalenessBound: number;
  /** Ticks per second of a clock of `poisson`. */
  readonly clockRate: number;
  /** Whether each partition or each neuron has a clock, under `poisson`. */
  readonly clocks: ClockOwner;
}

export const CLOCK_OWNERS = ['partition', 'neuron'] as const;
export type ClockOwner = (typeof CLOCK_OWNERS)[number];

const never = () => Infinity;
const always = () => true;
const nothing = () => undefined;

const AT_ONCE: InferenceTicks = { lockstep: false, mayBegin: always, begin: nothing, wakeDelay: never };

/**
 * `synchronous`: a barrier at every gate, so that every partition reads what all have written. The reference. Each partition
 * counts the gates that it has reached; a gate is open once all have counted as far. The count follows from the update alone, so that
 * a partition that repeats an update after a restart passes the gates that the others have passed.
 */
function synchronous({ control: { barrierCount }, eventCount, partition, gates }: ScheduleContext): Schedule {
  const isGateOpen = () => barrierCount.least() >= barrierCount.get(partition);
  return {
    mayBegin: always,
    begin(update) {
      barrierCount.set(partition, update * gates);
    },
    arrive() {
      barrierCount.set(partition, barrierCount.get(partition) + 1);
      if (isGateOpen()) eventCount.notify(); // the last to arrive
    },
    isGateOpen,
    learns: always,
    wakeDelay: never,
    clocks: [],
    inferenceTicks: { ...AT_ONCE, lockstep: true, mayBegin: (taken, least) => least >= taken },
  };
}

/** `hogwild`: no waiting; reads of other partitions' rows are racy on purpose. */
const HOGWILD: Schedule = { mayBegin: always, begin: nothing, arrive: nothing, isGateOpen: always, learns: always, wakeDelay: never, inferenceTicks: AT_ONCE, clocks: [] };

/**
 * `bounded`: as `hogwild`, but a partition begins update u only once the slowest partition has finished update u - k - 1, so that nothing
 * it reads is more than k versions behind its own.
 *
 * Source: Ho et al. 2013, stale synchronous parallel.
 */
function bounded(context: ScheduleContext): Schedule {
  const { control: { version }, timing: { stalenessBound: bound } } = context;
  return { ...HOGWILD, mayBegin: (update) => update - version.least() <= bound };
}

/**
 * `poisson`: each partition begins an update at a tick of its own clock; or, with clocks of neurons, a neuron takes part in an update only if its
 * clock has ticked since the one before. Asynchronous inference ticks with another clock of the partition, of the same rate.
 */
function poisson(context: ScheduleContext): Schedule {
  const schedule = context.timing.clocks === 'partition' ? partitionClocks(context) : neuronClocks(context);
  const { partition, seed, timing: { clockRate }, now } = context;
  const clock = createPoissonClock(createStream(seed, `clock/acting/partition${partition}`), clockRate, now);
  return { ...schedule, inferenceTicks: inferenceTicks(clock), clocks: [clock, ...schedule.clocks] };
}

/** A tick of the clock without new inputs, or during inference, is skipped: it would change nothing. */
function inferenceTicks(clock: PoissonClock): InferenceTicks {
  let waits = false;
  return {
    lockstep: false,
    mayBegin() {
      if (!waits) clock.restart();
      waits = true;
      return clock.isDue();
    },
    begin() {
      waits = false;
    },
    wakeDelay: () => (waits ? clock.remaining() : Infinity),
  };
}

function partitionClocks(context: ScheduleContext): Schedule {
  const { partition, seed, timing: { clockRate }, now } = context;
  const clock = createPoissonClock(createStream(seed, `clock/partition${partition}`), clockRate, now);
  return {
    ...HOGWILD,
    ...sleepUntilDue(() => clock.isDue(), () => clock.remaining()),
    begin() {
      clock.take();
    },
    clocks: [clock],
  };
}

function neuronClocks(context: ScheduleContext): Schedule {
  const { neurons, seed, timing: { clockRate }, now } = context;
  const clocks = new Map(neurons.map((neuron) => [neuron, createPoissonClock(createStream(seed, `clock/${neuron}`), clockRate, now)]));
  const all = [...clocks.values()];
  return {
    ...HOGWILD,
    ...sleepUntilDue(() => all.some((clock) => clock.isDue()), () => all.reduce((least, clock) => Math.min(least, clock.remaining()), Infinity)),
    learns(neuron) {
      const clock = clocks.get(neuron);
      if (clock?.isDue() !== true) return false;
      clock.take();
      return true;
    },
    clocks: all,
  };
}

/** A partition whose clock is due, but which waits for something else, must sleep until a notification: the clock would keep it awake for ever. */
function sleepUntilDue(due: () => boolean, remaining: () => number): Pick<Schedule, 'mayBegin' | 'wakeDelay'> {
  let refused = false;
  return {
    mayBegin() {
      refused = !due();
      return !refused;
    },
    wakeDelay() {
      const wait = refused ? 1000 * remaining() : Infinity;
      refused = false;
      return wait;
    },
  };
}

export const SCHEDULES: Record<ScheduleName, (context: ScheduleContext) => Schedule> = { hogwild: () => HOGWILD, synchronous, bounded, poisson };
