import { createStream, type Stream } from '../random/stream.js';
import type { WorkKind } from '../schedule/work.js';
import { drawDuration, type Distribution } from './distribution.js';
import { createEventQueue, type EventQueue } from './event-queue.js';
import type { VirtualSettings } from './settings.js';

/** Handles an event: a task continues, or a message arrives. */
export type EventHandler = () => void;

/** The virtual time and all durations. One for all partitions: they share one real thread. */
export interface World {
  readonly settings: VirtualSettings;
  readonly queue: EventQueue<EventHandler>;
  /** True if tasks need to be resumed only after noted changes: threads wake up at once, and no clocks tick. */
  readonly wakesOnlyOnChange: boolean;
  /** Notes a change that other tasks may wait for. */
  noteChange(): void;
  /** Counts the noted changes. */
  changes(): number;
  /** Seconds of virtual time since the beginning. */
  now(): number;
  /**
   * Seconds of a partition's next work, other than an environment step.
   *
   * @param ticks forward ticks of an update
   */
  duration(partition: number, turn: Exclude<WorkKind, 'step'>, ticks: number): number;
  /**
   * Seconds of the next step of a group of environments: as long as the slowest of them. With several environments, a step that was cut short
   * because the run came to rest continues where it was.
   */
  stepDuration(group: number): number;
  /** Called when the group has made its step. */
  endStep(group: number): void;
  /** When a message sent at `sent` arrives; Infinity if it is lost. A pure function of seed, sender, receiver and number. */
  arrival(sender: number, receiver: number, number: number, sent: number): number;
  /** Delays of messages that reach all at once: `gate`, sent again until it arrives, or `acting`. */
  broadcastDelay(sender: number, kind: 'gate' | 'acting'): number;
  /** Seconds from a notification until a sleeping thread has woken up. The first threads are the partitions', then one for each group of environments. */
  wakeLatency(thread: number): number;
  /** Handles an event after a delay; at once if that is 0. */
  after(delay: number, happening: EventHandler): void;
  /** The state from which another world of the same settings continues. */
  state(): DurationState;
}

/** Positions of the streams of durations. */
export interface DurationState {
  /** Number of the next draw of each stream, by name; 0 unless given. */
  readonly draws: Readonly<Record<string, number>>;
  /** When the current step of each group of environments ends; -1 without one. */
  readonly stepEnds: readonly number[];
  /** While updates are under way, the seconds of each partition's, and its remaining phases. */
  readonly updates?: readonly (readonly [seconds: number, phases: number])[];
}

/** Draws of one kind, in order. */
interface Draws {
  next(): number;
}

/** Where a world continues from another. */
export interface WorldBegin {
  /** Seconds of virtual time. */
  readonly time: number;
  readonly durations?: DurationState | undefined;
  /** True under schedules with clocks of their own, which wake partitions without a message. */
  readonly clocks?: boolean;
}

/** @param groups environments in each of the groups that step together */
export function createWorld(settings: VirtualSettings, seed: number, partitions: number, groups: readonly number[] = [1], { time, durations, clocks = false }: WorldBegin = { time: 0 }): World {
  const slow = stragglers(settings, seed, partitions);
  const queue = createEventQueue<EventHandler>(time);
  const ordered = new Map<string, Stream>(); // those whose draws come one after another

  function sequence(name: string, distribution: Distribution): Draws {
    const stream = orderedStream(name);
    return { next: () => drawDuration(distribution, stream) };
  }

  function orderedStream(name: string): Stream {
    const stream = createStream(seed, `virtual/${name}`);
    stream.position = durations?.draws[name] ?? 0;
    ordered.set(name, stream);
    return stream;
  }

  const each = <Item>(name: string, create: (name: string) => Item) => Array.from({ length: partitions }, (_, partition) => create(`${name}/${partition}`));
  const computing = each('compute', (name) => sequence(name, settings.compute));
  const acting = each('act', (name) => sequence(name, settings.act));
  const stepping = createSteps(sequence, settings.step, groups, queue, durations?.stepEnds);
  const gates = each('gate', (name) => sequence(name, settings.learningMessageDelay));
  const latencies = each('latency', (name) => sequence(name, settings.actingMessageDelay));
  const rousing = [...each('wake', (name) => sequence(name, settings.wake)), ...groups.map((_, group) => sequence(`wake/environments${group}`, settings.wake))];
  const gateLosses = each('gate-loss', orderedStream);
  const messages = each('message', (name) => createStream(seed, `virtual/${name}`));
  const losses = each('loss', (name) => createStream(seed, `virtual/${name}`));
  const update = new Float64Array(partitions); // duration of the current update
  const left = new Uint32Array(partitions); // its remaining phases
  durations?.updates?.forEach(([seconds, phases], partition) => {
    update[partition] = seconds;
    left[partition] = phases;
  });
  const constant = settings.wake.name === 'constant' ? settings.wake.value : 0;
  let changes = 0;

  /** The phases of an update share one draw. */
  function phase(partition: number, turn: WorkKind, ticks: number): number {
    if (left[partition] === 0) {
      update[partition] = computing[partition].next();
      left[partition] = ticks + 1;
    }
    left[partition] -= 1;
    const forward = settings.forward ?? ticks / (ticks + 1);
    return update[partition] * (turn === 'learn' ? 1 - forward : forward / ticks);
  }

  function isLost(sender: number, position: number): boolean {
    return settings.messageLoss > 0 && uniformAt(losses[sender], position) < settings.messageLoss;
  }

  return {
    settings,
    queue,
    wakesOnlyOnChange: !clocks && settings.wake.name === 'constant' && settings.wake.value === 0,
    noteChange() {
      changes += 1;
    },
    changes: () => changes,
    now: () => queue.time,
    duration: (partition, turn, ticks) => slow[partition] * (turn === 'act' ? acting[partition].next() : phase(partition, turn, ticks)),
    stepDuration: (group) => stepping.next(group),
    endStep(group) {
      stepping.done(group);
    },
    arrival(sender, receiver, number, sent) {
      const position = number * partitions + receiver;
      if (isLost(sender, position)) return Infinity;
      if (settings.learningMessageDelay.name === 'constant') return sent + settings.learningMessageDelay.value;
      const stream = messages[sender];
      stream.position = position;
      return sent + drawDuration(settings.learningMessageDelay, stream);
    },
    broadcastDelay(sender, kind) {
      if (kind === 'acting') return latencies[sender].next();
      let delay = gates[sender].next();
      while (settings.messageLoss > 0 && gateLosses[sender].uniform() < settings.messageLoss) delay += gates[sender].next();
      return delay;
    },
    wakeLatency: settings.wake.name === 'constant' ? () => constant : (thread) => rousing[thread].next(),
    after(delay, happening) {
      if (delay === 0) happening();
      else queue.push(queue.time + delay, happening);
    },
    state: () => ({
      draws: Object.fromEntries([...ordered].map(([name, { position }]) => [name, position])),
      stepEnds: stepping.ends(),
      ...(left.some((phases) => phases > 0) && { updates: Array.from(update, (seconds, partition) => [seconds, left[partition]] as const) }),
    }),
  };
}

/** The steps of environments, each with durations of its own. */
function createSteps(sequence: (name: string, distribution: Distribution) => Draws, distribution: Distribution, groups: readonly number[], queue: { readonly time: number }, begun?: readonly number[]) {
  let environments = 0;
  const draws = groups.map((size) => Array.from({ length: size }, () => {
    environments += 1;
    return sequence(environments === 1 ? 'step' : `step/${environments - 1}`, distribution);
  }));
  const ends = Float64Array.from(begun ?? groups.map(() => -1)); // of the current steps
  return {
    next(group: number): number {
      if (ends[group] >= 0) return Math.max(0, ends[group] - queue.time);
      const duration = draws[group].reduce((longest, each) => Math.max(longest, each.next()), 0);
      if (environments > 1) ends[group] = queue.time + duration; // a lone one is never cut short
      return duration;
    },
    done(group: number): void {
      ends[group] = -1;
    },
    ends: () => [...ends],
  };
}

/** The uniform draw at a position of a stream. Advances the stream past it. */
function uniformAt(stream: Stream, position: number): number {
  stream.position = position;
  return stream.uniform();
}

/** The factor of each partition: `slowdown` for a random fraction of them, rounded, 1 for the others. */
function stragglers({ stragglers: share, slowdown }: VirtualSettings, seed: number, partitions: number): number[] {
  const stream = createStream(seed, 'virtual/stragglers');
  const order = Array.from({ length: partitions }, (_, partition) => ({ partition, draw: stream.uniform() })).toSorted((a, b) => a.draw - b.draw);
  const chosen = new Set(order.slice(0, Math.round(share * partitions)).map(({ partition }) => partition));
  return Array.from({ length: partitions }, (_, partition) => (chosen.has(partition) ? slowdown : 1));
}
