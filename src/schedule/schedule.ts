import type { Control } from '../memory/control.js';
import type { Bell } from './bell.js';
import { createStream } from '../random/stream.js';
import { createPoissonClock, type PoissonClock } from './poisson-clock.js';

/** Who waits for whom. */
export const DISCIPLINE_NAMES = ['hogwild', 'synchronous', 'bounded', 'poisson'] as const;
export type DisciplineName = (typeof DISCIPLINE_NAMES)[number];

/** The disciplines on threads of their own, and `virtual`: any of them in simulated time. */
export const SCHEDULE_NAMES = [...DISCIPLINE_NAMES, 'virtual'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/** Decides only when a partition may go on. Learning code calls these and does not know which schedule it runs under. */
export interface Schedule {
  /** False while the partition may not begin its next update, of number `update`. */
  mayBegin(update: number): boolean;
  /** Called as an update begins. */
  begin(update: number): void;
  /** Called between a phase that publishes and a phase that reads; the partition goes on once `open` says so. */
  arrive(): void;
  open(): boolean;
  /** False where neuron `neuron` sits this update out. Asked once per update and neuron. */
  learns(neuron: number): boolean;
  /** Milliseconds until `mayBegin`, having refused, may change its mind without anybody ringing; Infinity where it cannot, or was not asked. */
  wake(): number;
  /** Turns of acting, where that waits for nobody. */
  readonly acting: ActingTurns;
  /** Clocks that it keeps, always in the same order. */
  readonly clocks: readonly PoissonClock[];
}

/** When a partition computes its neurons' voltages anew, where nobody waits for them. */
export interface ActingTurns {
  /** True where all partitions take their turns together: who is behind takes one, though there is nothing for it to compute. */
  readonly together: boolean;
  /**
   * False while a partition that has a turn to take may not.
   *
   * @param taken turns that it has taken
   * @param least turns that each of the others has taken
   */
  mayTake(taken: number, least: number): boolean;
  /** Called as a turn begins, and where one that was waited for is not wanted any more. */
  take(): void;
  /** Seconds until `mayTake`, having refused, may change its mind without anybody ringing; Infinity where it cannot. */
  wake(): number;
}

export interface ScheduleContext {
  readonly control: Control;
  readonly bell: Bell;
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

/** When partitions may run, in numbers. */
export interface ClockSettings {
  /** k of `bounded`: versions that a partition may be ahead of the slowest. */
  readonly bound: number;
  /** Strikes per second of a clock of `poisson`. */
  readonly clockRate: number;
  /** Whose clocks strike under `poisson`: each partition's, or each neuron's. */
  readonly clocks: ClockOwner;
}

export const CLOCK_OWNERS = ['partition', 'neuron'] as const;
export type ClockOwner = (typeof CLOCK_OWNERS)[number];

const never = () => Infinity;
const always = () => true;
const nothing = () => undefined;

const AT_ONCE: ActingTurns = { together: false, mayTake: always, take: nothing, wake: never };

/**
 * `synchronous`: a barrier at every gate, so that every partition reads what all have written. The reference. Each partition
 * counts the gates it has come to; a gate is open once all have come as far. The count follows from the update alone, so that
 * a partition that starts an update anew is let through to where the others wait.
 */
function synchronous({ control: { phase }, bell, partition, gates }: ScheduleContext): Schedule {
  const open = () => phase.least() >= phase.get(partition);
  return {
    mayBegin: always,
    begin(update) {
      phase.set(partition, update * gates);
    },
    arrive() {
      phase.set(partition, phase.get(partition) + 1);
      if (open()) bell.ring(); // the last to come
    },
    open,
    learns: always,
    wake: never,
    clocks: [],
    acting: { ...AT_ONCE, together: true, mayTake: (taken, least) => least >= taken },
  };
}

/** `hogwild`: free running. Nothing waits, reads of other partitions' rows are racy on purpose. */
const HOGWILD: Schedule = { mayBegin: always, begin: nothing, arrive: nothing, open: always, learns: always, wake: never, acting: AT_ONCE, clocks: [] };

/**
 * `bounded`: as `hogwild`, but a partition begins update u only once the slowest has finished update u - k - 1, so that nothing
 * it reads is more than k versions behind its own.
 *
 * Source: Ho et al. 2013, stale synchronous parallel.
 */
function bounded(context: ScheduleContext): Schedule {
  const { control: { version }, timing: { bound } } = context;
  return { ...HOGWILD, mayBegin: (update) => update - version.least() <= bound };
}

/**
 * `poisson`: nothing keeps step with anything. A partition begins an update when its own clock strikes; or, where the clocks
 * are the neurons', a neuron takes part in an update only if its own clock has struck since the one before. Where acting is free, its turns
 * come when another clock of the partition's strikes, at the same rate.
 */
function poisson(context: ScheduleContext): Schedule {
  const schedule = context.timing.clocks === 'partition' ? partitionClocks(context) : neuronClocks(context);
  const { partition, seed, timing: { clockRate }, now } = context;
  const clock = createPoissonClock(createStream(seed, `clock/acting/partition${partition}`), clockRate, now);
  return { ...schedule, acting: actingTurns(clock), clocks: [clock, ...schedule.clocks] };
}

/** A strike at which there was no turn to take, or during one, is let go: it would have changed nothing. */
function actingTurns(clock: PoissonClock): ActingTurns {
  let waits = false;
  return {
    together: false,
    mayTake() {
      if (!waits) clock.forget();
      waits = true;
      return clock.due();
    },
    take() {
      waits = false;
    },
    wake: () => (waits ? clock.remaining() : Infinity),
  };
}

function partitionClocks(context: ScheduleContext): Schedule {
  const { partition, seed, timing: { clockRate }, now } = context;
  const clock = createPoissonClock(createStream(seed, `clock/partition${partition}`), clockRate, now);
  return {
    ...HOGWILD,
    ...sleepUntilStruck(() => clock.due(), () => clock.remaining()),
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
    ...sleepUntilStruck(() => all.some((clock) => clock.due()), () => all.reduce((least, clock) => Math.min(least, clock.remaining()), Infinity)),
    learns(neuron) {
      const clock = clocks.get(neuron);
      if (clock?.due() !== true) return false;
      clock.take();
      return true;
    },
    clocks: all,
  };
}

/** A partition whose clock has struck, but which waits for something else, must sleep until somebody rings: the clock would keep it awake for ever. */
function sleepUntilStruck(due: () => boolean, remaining: () => number): Pick<Schedule, 'mayBegin' | 'wake'> {
  let refused = false;
  return {
    mayBegin() {
      refused = !due();
      return !refused;
    },
    wake() {
      const wait = refused ? 1000 * remaining() : Infinity;
      refused = false;
      return wait;
    },
  };
}

export const DISCIPLINES: Record<DisciplineName, (context: ScheduleContext) => Schedule> = { hogwild: () => HOGWILD, synchronous, bounded, poisson };
