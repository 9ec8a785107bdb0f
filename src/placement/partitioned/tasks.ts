import { WORD } from '../../memory/control.js';
import { beat, checkAbort, createCooperativeScheduler, hangIfRequested, type ThreadTask } from '../../runtime/cooperative.js';
import type { Coroutine, Scheduler } from '../../schedule/work.js';
import { createVirtualScheduler, type VirtualTask } from '../../virtual/scheduler.js';
import type { World } from '../../virtual/world.js';
import type { PartitionContext } from './partition-context.js';

/** One of the coroutines of a command. */
export interface PartitionTask {
  readonly coroutine: Coroutine;
  /** The group of environments that it steps; undefined for a partition's own task. */
  readonly environmentGroup?: number;
  /** Called in virtual time when the announced work begins. */
  readonly onBegin?: () => void;
  /** True if it is at a pause, and the run is paused there. */
  readonly isHeld?: () => boolean;
  /** Seconds until it may continue without a notification; unless given, the partition's schedule and peer wait decide. */
  readonly wakeDelay?: () => number;
}

/** A task, and the context of its partition. */
export interface ContextTask extends PartitionTask {
  readonly context: PartitionContext;
}

/** Called before each resumption of a task, with the context of its partition. */
export type OnResume = (context: PartitionContext) => void;

/** Seconds until schedule or peer wait let a partition continue without a notification. */
const partitionDelay = ({ schedule, peerWait }: Pick<PartitionContext, 'schedule' | 'peerWait'>) => Math.min(schedule.wakeDelay(), peerWait.wakeDelay()) / 1000;

/** Schedules tasks in real time, on this thread. */
export function scheduleOnThread(tasks: readonly ContextTask[], onResume: OnResume): Scheduler {
  const [first] = tasks;
  if (tasks.length === 0) return { run: () => true };
  const threadTasks = tasks.map(({ coroutine, wakeDelay, context }): ThreadTask & ContextTask => {
    const { partition, phaseTimer } = context;
    return { coroutine, context, partition, phaseTimer, wakeDelay: wakeDelay ?? (() => partitionDelay(context)) };
  });
  return createCooperativeScheduler(threadTasks, first.context, ({ context }) => { onResume(context); });
}

/**
 * Schedules tasks in virtual time. Running them throws Aborted once the simulation is closed.
 *
 * @param time where the current virtual time is written
 */
export function scheduleInVirtualTime(tasks: readonly ContextTask[], world: World, time: Float64Array, onResume: OnResume): Scheduler {
  const { control, eventCount } = tasks[0].context;
  return createVirtualScheduler(tasks.map((task) => virtualTask(task, world)), world, ({ context }) => {
    checkAbort(control);
    hangIfRequested(context.control, context.partition);
    time[0] = world.now();
    beat(control, context.partition);
    onResume(context);
  }, () => eventCount.prepare(), world.wakesOnlyOnChange ? () => world.changes() : undefined);
}

/** A lone environment that waits for its actions shares its partition's thread; otherwise each group of environments has a thread of its own. */
function virtualTask({ coroutine, environmentGroup, onBegin, wakeDelay, isHeld, context }: ContextTask, world: World): VirtualTask & { readonly context: PartitionContext } {
  const { topology, settings: { partitions, environments } } = context.layout;
  const apart = environmentGroup !== undefined && (environments > 1 || wakeDelay !== undefined);
  const thread = apart ? partitions + environmentGroup : context.partition;
  const { words, ticksDone, groups } = context.control;
  const unanswered = (group: number) => ticksDone[group].least() < groups[group].observationNumber.get() * topology.ticks.length;
  return {
    coroutine,
    context,
    thread,
    duration: (work) => (work === 'step' ? world.stepDuration(environmentGroup ?? 0) : world.duration(context.partition, work, topology.ticks.length)),
    wakeDelay: wakeDelay ?? (() => (apart ? Infinity : partitionDelay(context))),
    wakeLatency: () => world.wakeLatency(thread),
    ...(onBegin && { onBegin }),
    ...(isHeld && { isHeld }),
    ...(apart && wakeDelay === undefined && world.wakesOnlyOnChange && { isIdle: () => unanswered(environmentGroup) && Atomics.load(words, WORD.finished) === 0 }),
  };
}
