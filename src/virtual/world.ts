import { createStream, type Stream } from '../random/stream.js';
import type { WorkKind } from '../schedule/work.js';
import { drawDuration, type Distribution } from './distribution.js';
import { createEventQueue, type EventQueue } from './event-queue.js';
import type { VirtualSettings } from './settings.js';

/** What happens at a time: a strand goes on, or something arrives. */
export type EventHandler = () => void;

/** The virtual time, and how long everything takes in it. One for all partitions: they live on one thread. */
export interface World {
  readonly settings: VirtualSettings;
  readonly queue: EventQueue<EventHandler>;
  /** True where nobody needs to look for what nobody has said: threads are up at once, and no clocks strike. */
  readonly wakesOnlyOnChange: boolean;
  /** Says that something has changed which others may be waiting for. */
  noteChange(): void;
  /** How often that was said. */
  changes(): number;
  /** Seconds of virtual time since the beginning. */
  now(): number;
  /**
   * How long a partition's next turn takes, other than a step of the environment.
   *
   * @param ticks forward ticks of an update
   */
  duration(partition: number, turn: Exclude<WorkKind, 'step'>, ticks: number): number;
  /**
   * How long a group of environments steps: as long as the slowest of them. Where there are several environments, a step that was cut short
   * because the run came to rest goes on where it was.
   */
  stepDuration(group: number): number;
  /** The group has made its step. */
  endStep(group: number): void;
  /**
   * When a message arrives that is sent now, or was sent at `sent`; Infinity where it is lost. A pure function of seed, sender,
   * receiver and number.
   */
  arrival(sender: number, receiver: number, number: number, sent: number): number;
  /** Delays of messages that are heard by all at once: `gate`, sent again until it comes through, or `acting`. */
  broadcastDelay(sender: number, kind: 'gate' | 'acting'): number;
  /** Seconds from a ring to when a thread, asleep until then, is up. The first threads are the partitions', one for each group of environments follows. */
  wakeLatency(thread: number): number;
  /** Lets something happen after a delay; at once where that is 0. */
  after(delay: number, happening: EventHandler): void;
  /** What another world of the same settings needs to take durations as this one would have. While no update is under way. */
  state(): DurationState;
}

/** How far the streams of durations have come. */
export interface DurationState {
  /** Number of the next draw of each stream, by name; the first unless it is there. */
  readonly draws: Readonly<Record<string, number>>;
  /** When the step ends that a group of environments is in the midst of; -1 where it is in none. */
  readonly stepEnds: readonly number[];
}

/** Draws of one kind, in the order in which they are needed. */
interface Draws {
  next(): number;
}

/** Where a world begins that goes on from another. */
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
  const update = new Float64Array(partitions); // duration of the update at hand
  const left = new Uint32Array(partitions); // forward ticks of it still to come, and its step
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
    state: () => ({ draws: Object.fromEntries([...ordered].map(([name, { position }]) => [name, position])), stepEnds: stepping.ends() }),
  };
}

/** The steps of environments, each with durations of its own. */
function createSteps(sequence: (name: string, distribution: Distribution) => Draws, distribution: Distribution, groups: readonly number[], queue: { readonly time: number }, begun?: readonly number[]) {
  let environments = 0;
  const draws = groups.map((size) => Array.from({ length: size }, () => {
    environments += 1;
    return sequence(environments === 1 ? 'step' : `step/${environments - 1}`, distribution);
  }));
  const ends = Float64Array.from(begun ?? groups.map(() => -1)); // of the steps at hand
  return {
    next(group: number): number {
      if (ends[group] >= 0) return Math.max(0, ends[group] - queue.time);
      const duration = draws[group].reduce((longest, each) => Math.max(longest, each.next()), 0);
      if (environments > 1) ends[group] = queue.time + duration; // one alone is never cut short
      return duration;
    },
    done(group: number): void {
      ends[group] = -1;
    },
    ends: () => [...ends],
  };
}

/** The uniform draw at a position of a stream, which is left behind it. */
function uniformAt(stream: Stream, position: number): number {
  stream.position = position;
  return stream.uniform();
}

/** The factor of each partition: `slowdown` for a random share of them, rounded, 1 for the others. */
function stragglers({ stragglers: share, slowdown }: VirtualSettings, seed: number, partitions: number): number[] {
  const stream = createStream(seed, 'virtual/stragglers');
  const order = Array.from({ length: partitions }, (_, partition) => ({ partition, draw: stream.uniform() })).toSorted((a, b) => a.draw - b.draw);
  const chosen = new Set(order.slice(0, Math.round(share * partitions)).map(({ partition }) => partition));
  return Array.from({ length: partitions }, (_, partition) => (chosen.has(partition) ? slowdown : 1));
}
