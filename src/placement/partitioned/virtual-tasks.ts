import { WORD } from '../../memory/control.js';
import { createVirtualScheduler, type VirtualScheduler, type VirtualTask } from '../../virtual/scheduler.js';
import type { World } from '../../virtual/world.js';
import { Aborted, hangIfRequested, type ScheduledTask } from '../../runtime/cooperative.js';
import type { PartitionContext } from './partition-context.js';

/**
 * @param time where it is written
 * @returns what carries the strands, and throws Aborted once the simulation is closed
 */
export function scheduleInVirtualTime(strands: readonly ScheduledTask[], world: World, time: Float64Array, resumed: (views: PartitionContext) => void): VirtualScheduler {
  const { control: { words, heartbeat }, eventCount } = strands[0].views;
  return createVirtualScheduler(strands.map((strand) => virtualTask(strand, world)), world, ({ views }) => {
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('the simulation is closed');
    hangIfRequested(views);
    time[0] = world.now();
    heartbeat.set(views.partition, heartbeat.get(views.partition) + 1);
    resumed(views);
  }, () => eventCount.prepare(), world.wakesOnlyOnChange ? () => world.changes() : undefined);
}

/** One environment is on the thread of the partition that hosts it, where it waits for its actions; of several, every group has a thread of its own. */
function virtualTask({ task: { coroutine, environmentGroup, onBegin, wakeDelay, isHeld }, views }: ScheduledTask, world: World): VirtualTask & { readonly views: PartitionContext } {
  const { topology, settings: { partitions, environments } } = views.layout;
  const apart = environmentGroup !== undefined && (environments > 1 || wakeDelay !== undefined);
  const thread = apart ? partitions + environmentGroup : views.partition;
  const { words, ticksDone, groups } = views.control;
  const unanswered = (group: number) => ticksDone[group].least() < groups[group].observationNumber.get() * topology.ticks.length;
  return {
    coroutine,
    views,
    thread,
    duration: (turn) => (turn === 'step' ? world.stepDuration(environmentGroup ?? 0) : world.duration(views.partition, turn, topology.ticks.length)),
    wakeDelay: wakeDelay ?? (() => (apart ? Infinity : Math.min(views.schedule.wakeDelay(), views.peerWait.wakeDelay()) / 1000)),
    wakeLatency: () => world.wakeLatency(thread),
    ...(onBegin && { onBegin }),
    ...(isHeld && { isHeld }),
    ...(apart && wakeDelay === undefined && world.wakesOnlyOnChange && { isIdle: () => unanswered(environmentGroup) && Atomics.load(words, WORD.finished) === 0 }),
  };
}
