import type { Control, PartitionCounter } from '../../memory/control.js';
import type { World } from '../../virtual/world.js';
import type { CounterMessage, Messages } from './virtual-state.js';

/** Counters of all partitions, as those have heard of them who are not told at once. */
export interface CounterMessages {
  /** One for each group of environments. */
  readonly progress: readonly DelayedCounter[];
  readonly phase: DelayedCounter;
  readonly version: DelayedCounter;
  /** Versions that are under way. */
  readonly inFlight: Set<CounterMessage>;
}

/** One counter of every partition. Takes no longer for a thousand of them: it is known how many partitions are heard to be where. */
export interface DelayedCounter {
  /** Hears where a partition is; what is older than what was heard before changes nothing. @returns false where nobody's least can have changed */
  receive(partition: number, value: number): boolean;
  /** What is heard of a partition. */
  get(partition: number): number;
  /** The least that is heard of the others; Infinity where there are none. */
  leastOfOthers(partition: number): number;
}

export function createDelayedCounter(partitions: number): DelayedCounter {
  const values = new Int32Array(partitions);
  const counts = new Map([[0, partitions]]); // partitions at each value
  let least = 0;

  function leave(value: number): number {
    const left = (counts.get(value) ?? 0) - 1;
    if (left === 0) counts.delete(value);
    else counts.set(value, left);
    return left;
  }

  /** The next value that some partition is at. */
  function after(value: number): number {
    let next = value + 1;
    while (!counts.has(next)) next += 1;
    return next;
  }

  return {
    receive(partition, value) {
      const before = values[partition];
      if (value <= before) return false;
      const slowest = before === least || counts.get(least) === 1; // but for one, whose own least is another's
      values[partition] = value;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      const left = leave(before);
      if (left === 0 && before === least) least = after(least);
      return slowest && left <= 1;
    },
    get: (partition) => values[partition],
    leastOfOthers(partition) {
      if (partitions === 1) return Infinity;
      return values[partition] === least && counts.get(least) === 1 ? after(least) : least;
    },
  };
}

/**
 * @param groups of environments
 * @param left in an earlier world, from which this one goes on
 */
export function createCounterMessages(world: World, partitions: number, groups: number, left?: Pick<Messages, 'received' | 'inFlight'>): CounterMessages {
  const news: CounterMessages = { progress: Array.from({ length: groups }, () => createDelayedCounter(partitions)), phase: createDelayedCounter(partitions), version: createDelayedCounter(partitions), inFlight: new Set() };
  left?.received.forEach((value, partition) => news.version.receive(partition, value));
  for (const announcement of left?.inFlight ?? []) send(world, news, announcement);
  return news;
}

/** Lets a version be heard of when it arrives. */
function send(world: World, { version, inFlight }: CounterMessages, announcement: CounterMessage): void {
  const { partition, value, time } = announcement;
  inFlight.add(announcement);
  world.queue.push(time, () => {
    inFlight.delete(announcement);
    if (version.receive(partition, value)) world.noteChange();
  });
}

/**
 * The control words as a partition of a virtual world sees them: what it waits for, the least of all partitions' counters, it knows only
 * from messages. Asking for one partition's counter by name tells the truth: that is for measuring.
 *
 * @param apart true where hosts of environments that see what this partition sees are on threads of their own
 */
export function delayControl(control: Control, self: number, world: World, news: CounterMessages, apart = false): Control {
  const delayed = (counter: PartitionCounter, heard: DelayedCounter, kind: 'gate' | 'acting'): PartitionCounter => ({
    get: (partition) => counter.get(partition),
    set(partition, value) {
      counter.set(partition, value);
      if (apart) world.noteChange();
      const delay = world.broadcastDelay(partition, kind);
      if (heard === news.version && delay > 0) send(world, news, { partition, value, time: world.now() + delay });
      else {
        world.after(delay, () => {
          if (heard.receive(partition, value)) world.noteChange();
        });
      }
    },
    least: () => Math.min(counter.get(self), heard.leastOfOthers(self)),
  });
  return {
    ...control,
    ticksDone: control.ticksDone.map((counter, group) => delayed(counter, news.progress[group], 'acting')),
    barrierCount: delayed(control.barrierCount, news.phase, 'gate'),
    version: delayed(control.version, news.version, 'gate'),
  };
}
