import type { Control, PartitionCounter } from '../memory/control.js';
import type { World } from '../virtual/world.js';

/** Counters that partitions wait for, as the others have heard of them. One for all partitions of a virtual world. */
export interface News {
  /** One for each group of environments. */
  readonly progress: readonly Int32Array[];
  readonly phase: Int32Array;
  readonly version: Int32Array;
}

/** @param groups of environments */
export function createNews(partitions: number, groups: number): News {
  return { progress: Array.from({ length: groups }, () => new Int32Array(partitions)), phase: new Int32Array(partitions), version: new Int32Array(partitions) };
}

/**
 * The control words as a partition of a virtual world sees them: what it waits for, the least of all partitions' counters, it knows only
 * from messages. Asking for one partition's counter by name tells the truth: that is for measuring.
 */
export function delayControl(control: Control, self: number, world: World, news: News): Control {
  const delayed = (counter: PartitionCounter, heard: Int32Array, kind: 'gate' | 'acting'): PartitionCounter => ({
    get: (partition) => counter.get(partition),
    set(partition, value) {
      counter.set(partition, value);
      world.after(world.broadcastDelay(partition, kind), () => {
        heard[partition] = Math.max(heard[partition], value); // messages may overtake one another
      });
    },
    least: () => heard.reduce((least, value, partition) => Math.min(least, partition === self ? counter.get(self) : value), Infinity),
  });
  for (const [heard, counter] of [...news.progress.map((each, group) => [each, control.progress[group]] as const), [news.phase, control.phase] as const, [news.version, control.version] as const]) {
    heard[self] = counter.get(self); // not 0 where a worker takes another's place
  }
  return {
    ...control,
    progress: control.progress.map((counter, group) => delayed(counter, news.progress[group], 'acting')),
    phase: delayed(control.phase, news.phase, 'gate'),
    version: delayed(control.version, news.version, 'gate'),
  };
}
