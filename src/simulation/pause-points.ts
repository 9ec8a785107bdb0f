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
 * The step at which a run pauses next: a multiple of the steps of a command, a multiple of `checkpointEvery`, or its goal.
 *
 * @param longest environment steps of a command
 * @param other a further pause, for example of a lesion
 */
export function nextPause(step: number, goal: number, checkpointEvery: number, longest: number, other = Infinity): number {
  const next = (every: number) => (Math.floor(step / every) + 1) * every;
  return Math.min(next(longest), goal, checkpointEvery > 0 ? next(checkpointEvery) : Infinity, other);
}

/** A pause of a run. */
export interface PausePoint {
  readonly step: number;
  readonly goal: number;
  readonly checkpointEvery: number;
  /** True if a signal ends the run here. Checked again after the lesion's evaluations, which may take long. */
  readonly stopped: () => boolean;
}

/**
 * The events of a pause, in order. A checkpoint comes after the metrics of its step, but before metrics that are measured only because a
 * signal ends the run: a run resumed from the checkpoint would not have those. Lesions, re-initialisations and their evaluations come
 * before the checkpoint, which holds their state.
 */
export function* eventsAt({ step, goal, checkpointEvery, stopped }: PausePoint): Generator<'metrics' | 'lesion' | 'checkpoint'> {
  const measured = step % MAX_STEPS_PER_COMMAND === 0 || step >= goal;
  if (measured) yield 'metrics';
  yield 'lesion';
  const over = stopped() || step >= goal;
  if (checkpointEvery > 0 && (over || step % checkpointEvery === 0)) yield 'checkpoint';
  if (over && !measured) yield 'metrics';
}

/** The episode count of a checkpoint; zero without one. @throws CheckpointError */
export function readEpisodeCount(checkpoint: Checkpoint | undefined): EpisodeCount {
  if (checkpoint === undefined) return { episodes: 0, recent: [] };
  const { training: { episodes, recent }, counters, step } = checkpoint;
  const since = isCount(episodes) ? episodes - counters.episodes : -1; // more than 0 if a run in virtual time was not at rest
  if (isCount(episodes) && since >= 0 && since <= Math.max(0, step - counters.steps) && isRecent(recent) && recent.length === Math.min(episodes, RUNNING_EPISODES)) return { episodes, recent };
  throw new CheckpointError('format', 'its count of episodes does not fit its steps');
}

function isRecent(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
