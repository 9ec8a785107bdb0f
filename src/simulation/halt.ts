import { checkInteger, isCount } from '../check.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { MAX_STEPS_PER_COMMAND } from '../placement/partitioned/run-layout.js';
import { RUNNING_EPISODES, type EpisodeCount } from './measure.js';

/** Steps between checkpoints; 0 for none. */
export function checkCheckpointEvery(every: unknown): number {
  return checkInteger('checkpointEvery', every, { min: 0 });
}

/**
 * The step at which a run stands still next: a multiple of 1,000, of `checkpointEvery`, or its end.
 *
 * @param due a further one, where something else is due
 */
export function nextHalt(step: number, goal: number, checkpointEvery: number, due = Infinity): number {
  const next = (every: number) => (Math.floor(step / every) + 1) * every;
  return Math.min(next(MAX_STEPS_PER_COMMAND), goal, checkpointEvery > 0 ? next(checkpointEvery) : Infinity, due);
}

/** Where a run stands, and how it was to go on. */
export interface Halt {
  readonly step: number;
  readonly goal: number;
  readonly checkpointEvery: number;
  /** True where a signal ends the run here. Asked anew behind what is due, which may take long. */
  readonly stopped: () => boolean;
}

/**
 * What happens where a run stands still, in this order. A checkpoint comes after the metrics of its step, but before those
 * that are measured only because a signal ends the run here: a run that goes on from the checkpoint would not have them.
 * Deaths, births and the evaluations around them are `due` before the checkpoint, which knows of them.
 */
export function* eventsAt({ step, goal, checkpointEvery, stopped }: Halt): Generator<'metrics' | 'due' | 'checkpoint'> {
  const measured = step % MAX_STEPS_PER_COMMAND === 0 || step >= goal;
  if (measured) yield 'metrics';
  yield 'due';
  const over = stopped() || step >= goal;
  if (checkpointEvery > 0 && (over || step % checkpointEvery === 0)) yield 'checkpoint';
  if (over && !measured) yield 'metrics';
}

/** Whether all stands still, so that a checkpoint can be taken. */
export interface Stillness {
  /** Things move while the action goes on; where it fails, they stay in disorder. */
  end<Result>(action: () => Promise<Result>): Promise<Result>;
  /** All stands still while this action goes on, in the midst of another. */
  pause(action: () => void): void;
  /** @throws Error where things move, or were left in disorder */
  check(what?: string): void;
}

export function createStillness(): Stillness {
  let still = true;
  return {
    async end(action) {
      still = false;
      const result = await action();
      still = true;
      return result;
    },
    pause(action) {
      still = true;
      action();
      still = false;
    },
    check(what = 'a checkpoint can be taken') {
      if (!still) throw new Error(`${what} between commands or when "checkpoint" is emitted, and not after a failure`);
    },
  };
}

/** The episodes that a checkpoint tells of; none where there is no checkpoint. @throws CheckpointError */
export function readEpisodeCount(checkpoint: Checkpoint | undefined): EpisodeCount {
  if (checkpoint === undefined) return { episodes: 0, recent: [] };
  const { training: { episodes, recent }, counters, step } = checkpoint;
  const since = isCount(episodes) ? episodes - counters.episodes : -1; // more than none where a run in virtual time was not at rest
  if (isCount(episodes) && since >= 0 && since <= Math.max(0, step - counters.steps) && isRecent(recent) && recent.length === Math.min(episodes, RUNNING_EPISODES)) return { episodes, recent };
  throw new CheckpointError('format', 'it does not tell its episodes');
}

function isRecent(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
