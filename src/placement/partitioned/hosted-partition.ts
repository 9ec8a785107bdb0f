import type { PartitionLog } from '../../journal/file.js';
import { WORD } from '../../memory/control.js';
import { Aborted } from '../../runtime/cooperative.js';
import { serialiseError, type SerialisedError } from '../../runtime/serialised-error.js';
import type { PartitionContext } from './partition-context.js';
import { createPartition, type Partition } from './partition.js';
import type { ContextTask, OnResume, PartitionTask } from './tasks.js';
import type { VirtualState } from './virtual-state.js';

/** The outcome of a command. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly returns: readonly number[];
      readonly logs: readonly PartitionLog[];
      /** The state of virtual time if it has come to rest; undefined while it is paused. */
      readonly virtualState?: VirtualState;
    }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly partition: number; readonly step: number; readonly error: SerialisedError };

/** The partitions on one thread. A command returns once all of them have done their part. */
export interface PartitionRunner {
  /**
   * @param recorded true if the outcome is to have logs
   * @param virtualState where virtual time came to rest; undefined at its beginning, while it is paused, and in real time
   */
  train(recorded: boolean, virtualState?: VirtualState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

/** A partition and its context. */
export interface HostedPartition {
  readonly partition: Partition;
  readonly context: PartitionContext;
}

export function hostPartition(context: PartitionContext): HostedPartition {
  return { context, partition: createPartition(context) };
}

/** The tasks of a command, of all partitions. */
export function tasksOf(hosted: readonly HostedPartition[], command: (partition: Partition) => PartitionTask[]): ContextTask[] {
  return hosted.flatMap(({ partition, context }) => command(partition).map((task) => ({ ...task, context })));
}

/** Runs a command that may fail. @param action gets what to call before each resumption of a task */
export function attempt(hosted: readonly HostedPartition[], action: (onResume: OnResume) => void): Outcome {
  let current = hosted[0].context;
  try {
    action((context) => { current = context; });
    return { kind: 'done', returns: hosted.flatMap(({ partition }) => partition.returns()), logs: [] };
  } catch (error) {
    if (error instanceof Aborted) return { kind: 'aborted' };
    const { control: { words }, partition } = current;
    return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), error: serialiseError(error) };
  }
}
