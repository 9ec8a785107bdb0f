import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { isCount, isRecord, LARGEST_EVALUATION, LARGEST_RUN, lockFolder, RUN_FILES, wrongValue, type FolderLock, type LineLengths } from '../src/entries/internals.js';
import { STUDY_FILES } from '../src/entries/study.js';
import { CheckpointError, readNewestCheckpoint, type Checkpoint } from '../src/index.js';
import { warn } from './warn.js';

/** Default number of steps between checkpoints. */
export const CHECKPOINT_EVERY = 5000;

/** How a study continues: it has no checkpoints. */
export const CONTINUES = '; a study continues by the same command with --out <folder>';

/** What the command line keeps in a checkpoint besides the training. */
export interface RunNote {
  readonly scenario: string;
  /** The environment step at which the run ends. */
  readonly goal: number;
  readonly checkpointEvery: number;
  /** Episodes of the evaluation at the end. */
  readonly episodes: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** Lengths of the line files at the checkpoint, in bytes. */
  readonly lines: LineLengths;
  /** Steps of the run's own checkpoints in its folder, this one included; absent in older ones. */
  readonly checkpoints?: readonly number[];
}

/** A run to resume. */
export interface Resumption {
  readonly folder: string;
  /** Taken before anything was read. */
  readonly lock: FolderLock;
  readonly checkpoint: Checkpoint;
  readonly note: RunNote;
  /** The environment step at which it ends now. */
  readonly goal: number;
  /** Newer checkpoints that cannot be used, one line each. */
  readonly refused: readonly string[];
}

/**
 * Finds the checkpoint and the goal of a run to resume, and takes the lock of its folder.
 *
 * @param steps of the whole run; those of the run before unless given
 * @throws RangeError naming `resume` where the folder holds no run that can go on or is written to by another process, or `steps` where that many are taken already
 */
export async function readResumption(folder: string, steps: number | undefined): Promise<Resumption> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) await readNewestCheckpoint(folder); // throws the reason
  if (existsSync(join(folder, STUDY_FILES.trials))) throw wrongValue('resume', 'the folder of a run', folder, `, which is a study's${CONTINUES}`);
  const lock = lockFolder('resume', folder, warn);
  try {
    return { lock, ...(await readRun(folder, steps)) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function readRun(folder: string, steps: number | undefined): Promise<Omit<Resumption, 'lock'>> {
  const { checkpoint, refused } = await readNewestCheckpoint(folder, readNote);
  if (existsSync(join(folder, RUN_FILES.journal))) throw wrongValue('resume', 'a run that was not recorded', folder, `; without its ${RUN_FILES.journal} it goes on unrecorded`);
  const { step } = checkpoint;
  const note = readNote(checkpoint);
  const goal = steps ?? note.goal;
  const taken = `${step} steps taken`;
  if (steps !== undefined && steps <= step) throw wrongValue('steps', `more steps in all than the ${step} that the run has taken`, steps);
  const result = steps === undefined && step >= goal ? readResult(folder) : 'none';
  if (isRecord(result) && result.steps === step && result.status === 'finished') {
    throw wrongValue('resume', 'a run that is not finished', folder, ` (${taken}; --steps <more in all> takes it further)`);
  }
  if (result === 'damaged') warn(`${RUN_FILES.result} is damaged, and is written again after the evaluation`);
  return { folder, checkpoint, note, goal, refused };
}

/** The summary of a run that was evaluated; it is missing or cut if the run was killed before it was written. */
function readResult(folder: string): Readonly<Record<string, unknown>> | 'none' | 'damaged' {
  const file = join(folder, RUN_FILES.result);
  if (!existsSync(file)) return 'none';
  try {
    const result: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(result) ? result : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** @throws CheckpointError if the command line did not write it, or its counts are impossible */
function readNote({ note, step, kind }: Checkpoint): RunNote {
  if (typeof note.scenario !== 'string') throw new CheckpointError('format', `it is not of a run of ${kind === 'simulation' ? 'train' : kind}: it has no note of the command line`);
  if (!isRunNote(note) || note.goal < step || note.goal - step > LARGEST_RUN) throw new CheckpointError('format', 'it has no valid goal of its run');
  return note;
}

function isRunNote(note: object): note is RunNote {
  if (!isRecord(note) || typeof note.scenario !== 'string' || !isRecord(note.lines)) return false;
  const { goal, checkpointEvery, episodes, seconds, lines: { metrics, timing }, checkpoints = [] } = note;
  const counts = Array.isArray(checkpoints) && checkpoints.every(isCount) && [goal, checkpointEvery, episodes, metrics, timing].every(isCount);
  return counts && Number(episodes) >= 1 && Number(episodes) <= LARGEST_EVALUATION && typeof seconds === 'number' && seconds >= 0;
}
