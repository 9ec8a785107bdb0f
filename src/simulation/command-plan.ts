import { wrongValue } from '../check.js';
import { JournalError, PartitionError } from '../errors.js';
import type { Journal } from '../journal/read-journal.js';
import { MAX_STEPS_PER_COMMAND } from '../placement/partitioned/run-layout.js';
import { nextPause } from './pause-points.js';
import type { RunOptions } from './training.js';

/** Where the commands of a run end: given by its options, or by the journal of a rerun. */
export interface CommandPlan {
  /** False if no signal may end a command. */
  readonly stoppable: boolean;
  /** @throws RangeError naming an option that the plan does not allow; Error if nothing is left to do */
  check(options: RunOptions): void;
  /** The environment step at which a run of `steps` further steps ends. */
  goalOf(step: number, steps: number): number;
  /** The environment step at which the next command ends; undefined if there is none. */
  next(step: number, goal: number, checkpointEvery: number): number | undefined;
  /** Called after each command. */
  count(): void;
  /** True if the run ended with the last command, before its goal. */
  isStopped(signal: AbortSignal | undefined): boolean;
  /** The error that a failed run throws. @param updatesOf made by a partition */
  explain(error: unknown, updatesOf: (partition: number) => number): unknown;
}

/**
 * @param otherPause the next step after `step` at which something else is due
 * @param longest environment steps of a command
 */
export function createRunPlan(otherPause: (step: number) => number, longest = MAX_STEPS_PER_COMMAND): CommandPlan {
  return {
    stoppable: true,
    check: () => undefined,
    goalOf: (step, steps) => step + steps,
    next: (step, goal, checkpointEvery) => (step < goal ? nextPause(step, goal, checkpointEvery, longest, otherPause(step)) : undefined),
    count: () => undefined,
    isStopped: (signal) => signal?.aborted === true,
    explain: (error) => error,
  };
}

/** The commands of a journal. An inconsistency that a partition finds is an error of the journal. */
export function createRerunPlan(journal: Journal): CommandPlan {
  let commands = 0;
  return {
    stoppable: false,
    check({ steps, checkpointEvery, record }) {
      for (const [name, given] of Object.entries({ steps, checkpointEvery, record })) {
        if (given !== undefined) throw wrongValue(name, 'nothing in a rerun, which its journal defines', given);
      }
      if (commands === journal.halts.length) throw new Error('the journal has been repeated to its end');
    },
    goalOf: () => journal.goal,
    next: () => journal.halts.at(commands),
    count() {
      commands += 1;
    },
    isStopped: () => journal.stopped && commands === journal.halts.length,
    explain(error, updatesOf) {
      if (!(error instanceof PartitionError) || !(error.cause instanceof Error) || error.cause.name !== 'InternalError') return error;
      return new JournalError(error.cause.message, { partition: error.partition, update: updatesOf(error.partition) });
    },
  };
}
