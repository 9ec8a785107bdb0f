import type { Control, PartitionCounter } from '../../memory/control.js';
import type { World } from '../../virtual/world.js';
import type { CounterMessage, Messages } from './virtual-state.js';

/** Counters of all partitions as received by the others in messages. */
export interface CounterMessages {
  /** One for each group of environments. */
  readonly progress: readonly DelayedCounter[];
  readonly phase: DelayedCounter;
  readonly version: DelayedCounter;
  /** Versions in messages under way. */
  readonly inFlight: Set<CounterMessage>;
}

/** One counter of every partition. Its costs do not grow with the number of partitions: it counts how many partitions have each value. */
export interface DelayedCounter {
  /** Receives a partition's value; an older one than received before changes nothing. @returns false if no partition's `leastOfOthers` can have changed */
  receive(partition: number, value: number): boolean;
  /** The latest received value of a partition. */
  get(partition: number): number;
  /** The minimum over the others; Infinity if there are none. */
  leastOfOthers(partition: number): number;
}

export function createDelayedCounter(partitions: number): DelayedCounter {
  const values = new Int32Array(partitions);
  const counts = new Map([[0, partitions]]); // partitions with each value
  let least = 0;

  function leave(value: number): number {
    const left = (counts.get(value) ?? 0) - 1;
    if (left === 0) counts.delete(value);
    else counts.set(value, left);
    return left;
  }

  /** The next value that some partition has. */
  function after(value: number): number {
    let next = value + 1;
    while (!counts.has(next)) next += 1;
    return next;
  }

  return {
    receive(partition, value) {
      const before = values[partition];
      if (value <= before) return false;
      const slowest = before === least || counts.get(least) === 1; // but for one, whose own minimum is another's
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
 * @param left messages of an earlier run, from which this one continues
 */
export function createCounterMessages(world: World, partitions: number, groups: number, left?: Pick<Messages, 'received' | 'inFlight'>): CounterMessages {
  const news: CounterMessages = { progress: Array.from({ length: groups }, () => createDelayedCounter(partitions)), phase: createDelayedCounter(partitions), version: createDelayedCounter(partitions), inFlight: new Set() };
  left?.received.forEach((value, partition) => news.version.receive(partition, value));
  for (const announcement of left?.inFlight ?? []) send(world, news, announcement);
  return news;
}

/** Lets a version be received when its message arrives. */
function send(world: World, { version, inFlight }: CounterMessages, announcement: CounterMessage): void {
  const { partition, value, time } = announcement;
  inFlight.add(announcement);
  world.queue.push(time, () => {
    inFlight.delete(announcement);
    if (version.receive(partition, value)) world.noteChange();
  });
}

/**
 * The control words as a partition in virtual time reads them: the minima that it waits for come from messages. A single partition's counter has its true
 * value: that is for measurements.
 *
 * @param apart true if the environment tasks that read this partition's counters have threads of their own
 */
export function delayControl(control: Control, self: number, world: World, news: CounterMessages, apart = false): Control {
  const delayed = (counter: PartitionCounter, delayedCounter: DelayedCounter, kind: 'gate' | 'acting'): PartitionCounter => ({
    get: (partition) => counter.get(partition),
    set(partition, value) {
      counter.set(partition, value);
      if (apart) world.noteChange();
      const delay = world.broadcastDelay(partition, kind);
      if (delayedCounter === news.version && delay > 0) send(world, news, { partition, value, time: world.now() + delay });
      else {
        world.after(delay, () => {
          if (delayedCounter.receive(partition, value)) world.noteChange();
        });
      }
    },
    least: () => Math.min(counter.get(self), delayedCounter.leastOfOthers(self)),
  });
  return {
    ...control,
    ticksDone: control.ticksDone.map((counter, group) => delayed(counter, news.progress[group], 'acting')),
    barrierCount: delayed(control.barrierCount, news.phase, 'gate'),
    version: delayed(control.version, news.version, 'gate'),
  };
}
