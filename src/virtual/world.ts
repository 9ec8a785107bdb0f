import { createStream, type Stream } from '../random/stream.js';
import type { Turn } from '../schedule/turn.js';
import { drawDuration, type Distribution } from './distribution.js';
import { createEventQueue, type EventQueue } from './event-queue.js';
import type { VirtualSettings } from './settings.js';

/** What happens at a time: a strand goes on, or something arrives. */
export type Happening = () => void;

/** The virtual time, and how long everything takes in it. One for all partitions: they live on one thread. */
export interface World {
  readonly settings: VirtualSettings;
  readonly queue: EventQueue<Happening>;
  /** True where nobody needs to look for what nobody has said: threads are up at once, and no clocks strike. */
  readonly attentive: boolean;
  /** Says that something has changed which others may be waiting for. */
  change(): void;
  /** How often that was said. */
  changes(): number;
  /** Seconds of virtual time since the beginning. */
  now(): number;
  /**
   * How long a partition's next turn takes, other than a step of the environment; 0 while the time is stopped.
   *
   * @param ticks forward ticks of an update
   */
  duration(partition: number, turn: Exclude<Turn, 'blocked' | 'step'>, ticks: number): number;
  /**
   * How long a group of environments steps: as long as the slowest of them; 0 while the time is stopped. Where there are several environments, a step that was cut short
   * because the run halted goes on where it was.
   */
  stepDuration(group: number): number;
  /** The group has made its step. */
  stepped(group: number): void;
  /**
   * When a message arrives that is sent now, or was sent at `sent`; Infinity where it is lost. A pure function of seed, sender,
   * receiver and number.
   */
  arrival(sender: number, receiver: number, number: number, sent: number): number;
  /** Delays of messages that are heard by all at once: `gate`, sent again until it comes through, or `acting`. */
  broadcastDelay(sender: number, kind: 'gate' | 'acting'): number;
  /** Seconds from a ring to when a thread, asleep until then, is up. The first threads are the partitions', one for each group of environments follows. */
  rouse(thread: number): number;
  /** Lets something happen after a delay; at once while the time is stopped. */
  after(delay: number, happening: Happening): void;
  /** Runs something while the time stands still and everything arrives at once: an evaluation. */
  outOfTime<Result>(action: () => Result): Result;
  /** Runs something in a time of its own: it begins at 0, takes durations as a new world does, and what is under way at its end is lost. */
  aside<Result>(action: () => Result): Result;
}

/** Draws of one kind, in the order in which they are needed. */
interface Draws {
  next(): number;
}

/** @param groups environments in each of the groups that step together */
export function createWorld(settings: VirtualSettings, seed: number, partitions: number, groups: readonly number[] = [1]): World {
  const slow = stragglers(settings, seed, partitions);
  const begin = () => createTime(settings, seed, partitions, groups);
  const constant = settings.wake.name === 'constant' ? settings.wake.value : 0;
  let time = begin();
  let stopped = false;
  let changes = 0;

  /** The phases of an update share one draw. */
  function phase(partition: number, turn: Turn, ticks: number): number {
    const { update, left, computing } = time;
    if (left[partition] === 0) {
      update[partition] = computing[partition].next();
      left[partition] = ticks + 1;
    }
    left[partition] -= 1;
    const forward = settings.forward ?? ticks / (ticks + 1);
    return update[partition] * (turn === 'learn' ? 1 - forward : forward / ticks);
  }

  function isLost(sender: number, position: number): boolean {
    return settings.loss > 0 && uniformAt(time.losses[sender], position) < settings.loss;
  }

  return {
    settings,
    get queue() {
      return time.queue;
    },
    attentive: settings.discipline !== 'poisson' && settings.wake.name === 'constant' && settings.wake.value === 0,
    change() {
      changes += 1;
    },
    changes: () => changes,
    now: () => time.queue.time,
    duration(partition, turn, ticks) {
      if (stopped) return 0;
      return slow[partition] * (turn === 'act' ? time.acting[partition].next() : phase(partition, turn, ticks));
    },
    stepDuration: (group) => (stopped ? 0 : time.stepping.next(group)),
    stepped(group) {
      time.stepping.done(group);
    },
    arrival(sender, receiver, number, sent) {
      const position = number * partitions + receiver;
      if (isLost(sender, position)) return Infinity;
      if (settings.delay.name === 'constant') return sent + settings.delay.value;
      const stream = time.messages[sender];
      stream.position = position;
      return sent + drawDuration(settings.delay, stream);
    },
    broadcastDelay(sender, kind) {
      if (kind === 'acting') return time.latencies[sender].next();
      let delay = time.gates[sender].next();
      while (settings.loss > 0 && time.gateLosses[sender].uniform() < settings.loss) delay += time.gates[sender].next();
      return delay;
    },
    rouse: settings.wake.name === 'constant' ? () => constant : (thread) => time.rousing[thread].next(),
    after(delay, happening) {
      if (stopped || delay === 0) happening();
      else time.queue.push(time.queue.time + delay, happening);
    },
    outOfTime(action) {
      stopped = true;
      try {
        return action();
      } finally {
        stopped = false;
      }
    },
    aside(action) {
      const outside = time;
      time = begin();
      try {
        return action();
      } finally {
        time = outside;
      }
    },
  };
}

/** What happens next, and the draws of all durations. */
function createTime(settings: VirtualSettings, seed: number, partitions: number, groups: readonly number[]) {
  const queue = createEventQueue<Happening>();
  const sequence = (name: string, distribution: Distribution): Draws => {
    const stream = createStream(seed, `virtual/${name}`);
    return { next: () => drawDuration(distribution, stream) };
  };
  const each = (name: string, distribution: Distribution) => Array.from({ length: partitions }, (_, partition) => sequence(`${name}/${partition}`, distribution));
  const streams = (name: string) => Array.from({ length: partitions }, (_, partition) => createStream(seed, `virtual/${name}/${partition}`));
  return {
    queue,
    computing: each('compute', settings.compute),
    acting: each('act', settings.act),
    stepping: createSteps(sequence, settings.step, groups, queue),
    gates: each('gate', settings.delay),
    latencies: each('latency', settings.latency),
    rousing: [...each('wake', settings.wake), ...groups.map((_, group) => sequence(`wake/environments${group}`, settings.wake))],
    messages: streams('message'),
    losses: streams('loss'),
    gateLosses: streams('gate-loss'),
    update: new Float64Array(partitions), // duration of the update at hand
    left: new Uint32Array(partitions), // forward ticks of it still to come, and its step
  };
}

/** The steps of environments, each with durations of its own. */
function createSteps(sequence: (name: string, distribution: Distribution) => Draws, distribution: Distribution, groups: readonly number[], queue: { readonly time: number }) {
  let environments = 0;
  const draws = groups.map((size) => Array.from({ length: size }, () => {
    environments += 1;
    return sequence(environments === 1 ? 'step' : `step/${environments - 1}`, distribution);
  }));
  const ends = new Float64Array(groups.length).fill(-1); // of the steps at hand
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
