import type { Control, PartitionCounter } from '../memory/control.js';
import type { World } from '../virtual/world.js';

/** Counters that partitions wait for, as the others have heard of them. One for all partitions of a virtual world. */
export interface News {
  readonly progress: Int32Array;
  readonly phase: Int32Array;
  readonly version: Int32Array;
}

export function createNews(partitions: number): News {
  const [progress, phase, version] = Array.from({ length: 3 }, () => new Int32Array(partitions));
  return { progress, phase, version };
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
  for (const counter of ['progress', 'phase', 'version'] as const) news[counter][self] = control[counter].get(self); // not 0 where a worker takes another's place
  return {
    ...control,
    progress: delayed(control.progress, news.progress, 'acting'),
    phase: delayed(control.phase, news.phase, 'gate'),
    version: delayed(control.version, news.version, 'gate'),
  };
}
