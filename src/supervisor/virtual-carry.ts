import { WORD } from '../memory/control.js';
import { carryInVirtualTime, type Carrier, type VirtualStrand } from '../virtual/carry.js';
import type { World } from '../virtual/world.js';
import { Aborted, hangWhereAsked, type Strand } from './strands.js';
import type { Views } from './views.js';

/**
 * @param time where it is written
 * @returns what carries the strands, and throws Aborted once the simulation is closed
 */
export function carry(strands: readonly Strand[], world: World, time: Float64Array, resumed: (views: Views) => void): Carrier {
  const { control: { words, pulse }, bell } = strands[0].views;
  return carryInVirtualTime(strands.map((strand) => virtualStrand(strand, world)), world, ({ views }) => {
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('the simulation is closed');
    hangWhereAsked(views);
    time[0] = world.now();
    pulse.set(views.partition, pulse.get(views.partition) + 1);
    resumed(views);
  }, () => bell.ticket(), world.attentive ? () => world.changes() : undefined);
}

/** One environment is on the thread of the partition that hosts it, where it waits for its actions; of several, every group has a thread of its own. */
function virtualStrand({ line: { coroutine, hosts, begin, wake, closed }, views }: Strand, world: World): VirtualStrand & { readonly views: Views } {
  const { topology, settings: { partitions, environments } } = views.plan;
  const apart = hosts !== undefined && (environments > 1 || wake !== undefined);
  const thread = apart ? partitions + hosts : views.partition;
  const { words, progress, groups } = views.control;
  const unanswered = (group: number) => progress[group].least() < groups[group].clock.get() * topology.ticks.length;
  return {
    coroutine,
    views,
    thread,
    duration: (turn) => (turn === 'step' ? world.stepDuration(hosts ?? 0) : world.duration(views.partition, turn, topology.ticks.length)),
    wake: wake ?? (() => (apart ? Infinity : Math.min(views.schedule.wake(), views.patience.wake()) / 1000)),
    rouse: () => world.rouse(thread),
    ...(begin && { begin }),
    ...(closed && { closed }),
    ...(apart && wake === undefined && world.attentive && { idle: () => unanswered(hosts) && Atomics.load(words, WORD.finished) === 0 }),
  };
}
