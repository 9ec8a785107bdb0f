import type { Control, PartitionCounter } from '../memory/control.js';
import type { World } from '../virtual/world.js';
import type { Announcement, Messages } from './world-state.js';

/** Counters of all partitions, as those have heard of them who are not told at once. */
export interface News {
  /** One for each group of environments. */
  readonly progress: readonly Heard[];
  readonly phase: Heard;
  readonly version: Heard;
  /** Versions that are under way. */
  readonly announced: Set<Announcement>;
}

/** One counter of every partition. Takes no longer for a thousand of them: it is known how many partitions are heard to be where. */
export interface Heard {
  /** Hears where a partition is; what is older than what was heard before changes nothing. @returns false where nobody's least can have changed */
  hear(partition: number, value: number): boolean;
  /** What is heard of a partition. */
  of(partition: number): number;
  /** The least that is heard of the others; Infinity where there are none. */
  leastButFor(partition: number): number;
}

export function createHeard(partitions: number): Heard {
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
    hear(partition, value) {
      const before = values[partition];
      if (value <= before) return false;
      const slowest = before === least || counts.get(least) === 1; // but for one, whose own least is another's
      values[partition] = value;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      const left = leave(before);
      if (left === 0 && before === least) least = after(least);
      return slowest && left <= 1;
    },
    of: (partition) => values[partition],
    leastButFor(partition) {
      if (partitions === 1) return Infinity;
      return values[partition] === least && counts.get(least) === 1 ? after(least) : least;
    },
  };
}

/**
 * @param groups of environments
 * @param left in an earlier world, from which this one goes on
 */
export function createNews(world: World, partitions: number, groups: number, left?: Pick<Messages, 'heard' | 'announced'>): News {
  const news: News = { progress: Array.from({ length: groups }, () => createHeard(partitions)), phase: createHeard(partitions), version: createHeard(partitions), announced: new Set() };
  left?.heard.forEach((value, partition) => news.version.hear(partition, value));
  for (const announcement of left?.announced ?? []) announce(world, news, announcement);
  return news;
}

/** Lets a version be heard of when it arrives. */
function announce(world: World, { version, announced }: News, announcement: Announcement): void {
  const { partition, value, time } = announcement;
  announced.add(announcement);
  world.queue.push(time, () => {
    announced.delete(announcement);
    if (version.hear(partition, value)) world.change();
  });
}

/**
 * The control words as a partition of a virtual world sees them: what it waits for, the least of all partitions' counters, it knows only
 * from messages. Asking for one partition's counter by name tells the truth: that is for measuring.
 *
 * @param apart true where hosts of environments that see what this partition sees are on threads of their own
 */
export function delayControl(control: Control, self: number, world: World, news: News, apart = false): Control {
  const delayed = (counter: PartitionCounter, heard: Heard, kind: 'gate' | 'acting'): PartitionCounter => ({
    get: (partition) => counter.get(partition),
    set(partition, value) {
      counter.set(partition, value);
      if (apart) world.change();
      const delay = world.broadcastDelay(partition, kind);
      if (heard === news.version && delay > 0) announce(world, news, { partition, value, time: world.now() + delay });
      else {
        world.after(delay, () => {
          if (heard.hear(partition, value)) world.change();
        });
      }
    },
    least: () => Math.min(counter.get(self), heard.leastButFor(self)),
  });
  return {
    ...control,
    progress: control.progress.map((counter, group) => delayed(counter, news.progress[group], 'acting')),
    phase: delayed(control.phase, news.phase, 'gate'),
    version: delayed(control.version, news.version, 'gate'),
  };
}
