import type { PartitionLog } from '../journal/file.js';
import { WORD } from '../memory/control.js';
import type { Announcement } from '../schedule/work.js';
import { serialiseError, type SerialisedError } from './serialised-error.js';
import type { Task, Partition } from '../placement/partitioned/partition.js';
import type { PartitionContext } from '../placement/partitioned/partition-context.js';
import type { VirtualState } from '../placement/partitioned/virtual-state.js';

/** What a crew says when a command is over. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly returns: readonly number[];
      readonly logs: readonly PartitionLog[];
      /** What is left of a virtual world that has come to rest; absent where it is paused. */
      readonly left?: VirtualState;
    }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly partition: number; readonly step: number; readonly fault: SerialisedError };

/** The partitions on one thread. The commands return once all of them have done their part. */
export interface PartitionRunner {
  /**
   * @param recorded true where the outcome is to have logs
   * @param left of the virtual world where it came to rest; undefined where it is at its beginning, is paused, or there is none
   */
  train(recorded: boolean, left?: VirtualState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

/** A partition at work. */
export interface HostedPartition {
  readonly partition: Partition;
  readonly views: PartitionContext;
}

/** A coroutine, and what its partition sees. */
export interface ScheduledTask {
  readonly task: Task;
  readonly views: PartitionContext;
  /** What it is about to do. */
  announced: Announcement;
  finished: boolean;
}

/** Brings strands to their ends. @param resumed told before each turn whose it is */
export type Carry = (strands: readonly ScheduledTask[], resumed: (views: PartitionContext) => void) => void;

/** Thrown once a partition of another crew has failed: the run is over and nobody is to blame here. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** The coroutines of a command. */
export function scheduleTasks(members: readonly HostedPartition[], command: (partition: Partition) => Task[]): ScheduledTask[] {
  return members.flatMap(({ partition, views }) => command(partition).map((task): ScheduledTask => ({ task, views, announced: 'blocked', finished: false })));
}

/**
 * Carries out what may fail, and tells how it came out.
 *
 * @param action told whom to tell before each turn whose it is
 */
export function attempt(members: readonly HostedPartition[], action: (resumed: (views: PartitionContext) => void) => void): Outcome {
  let current = members[0].views;
  try {
    action((views) => { current = views; });
    return { kind: 'done', returns: members.flatMap(({ partition }) => partition.returns()), logs: [] };
  } catch (error) {
    if (error instanceof Aborted) return { kind: 'aborted' };
    const { control: { words }, partition } = current;
    return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: serialiseError(error) };
  }
}

/**
 * Carries strands to their ends, one turn each in turn; sleeps on the bell where none can do anything.
 *
 * @param resumed told before each turn whose it is
 * @throws Aborted once a partition of another crew has failed; whatever a strand throws
 */
export function runRoundRobin(strands: readonly ScheduledTask[], resumed: (views: PartitionContext) => void): void {
  if (strands.length === 0) return;
  const { eventCount, phaseTimer, control: { words, heartbeat } } = strands[0].views;
  let going = strands;
  while (going.length > 0) {
    const ticket = eventCount.prepare();
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
    let blocked = true;
    for (const strand of going) {
      const { partition } = strand.views;
      hangIfRequested(strand.views);
      resumed(strand.views);
      resume(strand);
      if (strand.finished || strand.announced !== 'blocked') blocked = false;
      heartbeat.set(partition, heartbeat.get(partition) + 1);
    }
    if (going.some(({ finished }) => finished)) going = going.filter(({ finished }) => !finished);
    else if (blocked) {
      phaseTimer?.onSleep();
      eventCount.wait(ticket, shortestWakeDelay(going));
      phaseTimer?.onWake();
    }
  }
}

/** Lets a strand do what it is about to do. */
function resume(strand: ScheduledTask): void {
  const { phaseTimer } = strand.views;
  const begin = phaseTimer ? performance.now() : 0;
  const { done, value } = strand.task.coroutine.next();
  if (phaseTimer) phaseTimer.measure(strand.announced, begin);
  if (done === true) strand.finished = true;
  else strand.announced = value;
}

/** A fault on purpose: the thread sleeps for ever. Whoever takes its place does not. */
export function hangIfRequested({ control: { hang }, partition }: PartitionContext): void {
  if (hang.get(partition) === 0) return;
  hang.set(partition, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Milliseconds until one of them may go on without anybody ringing. */
function shortestWakeDelay(strands: readonly ScheduledTask[]): number {
  return strands.reduce((least, { task: { wakeDelay }, views: { schedule } }) => Math.min(least, wakeDelay ? 1000 * wakeDelay() : schedule.wakeDelay()), Infinity);
}
