import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { isRecord, lockFolder, readNewestCheckpoint, RUN_FILES, wrongValue, type Checkpoint, type FolderLock, type LineLengths } from '../src/index.js';
import { warn } from './warn.js';

/** Steps between checkpoints where nothing is said. */
export const CHECKPOINT_EVERY = 5000;

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
  /** How far the line files tell what the checkpoint knows, in bytes. */
  readonly lines: LineLengths;
  /** Steps of the run's own checkpoints in its folder, this one included; absent in older ones. */
  readonly checkpoints?: readonly number[];
}

/** A run to go on with. */
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
 * Finds out where a run goes on, and to which step, and takes the lock of its folder.
 *
 * @param steps that the run is to have in all; to where it was going unless given
 * @throws RangeError naming `resume` where the folder holds no run that can go on or is written to by another process, or `steps` where that many are taken already
 */
export function readResumption(folder: string, steps: number | undefined): Resumption {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) readNewestCheckpoint(folder); // says why it is none
  const lock = lockFolder('resume', folder, warn);
  try {
    return { lock, ...readRun(folder, steps) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function readRun(folder: string, steps: number | undefined): Omit<Resumption, 'lock'> {
  const { checkpoint, refused } = readNewestCheckpoint(folder);
  if (existsSync(join(folder, RUN_FILES.journal))) throw wrongValue('resume', 'a run that was not recorded', folder, `; without its ${RUN_FILES.journal} it goes on unrecorded`);
  const { note, step } = checkpoint;
  if (!isRunNote(note)) throw wrongValue('resume', "a run folder of train or ddpg, whose checkpoints are the command line's own", folder);
  const goal = steps ?? note.goal;
  const taken = `${step} steps taken`;
  if (steps !== undefined && steps <= step) throw wrongValue('steps', `more steps in all than the ${step} that the run has taken`, steps);
  if (steps === undefined && step >= goal && isConcluded(folder, step)) {
    throw wrongValue('resume', 'a run that is not finished', folder, ` (${taken}; --steps <more in all> takes it further)`);
  }
  return { folder, checkpoint, note, goal, refused };
}

/** True where the run was evaluated after that step: it may have been killed before. */
function isConcluded(folder: string, step: number): boolean {
  const file = join(folder, RUN_FILES.result);
  if (!existsSync(file)) return false;
  const result: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isRecord(result) && result.steps === step && result.status === 'finished';
}

function isRunNote(note: object): note is RunNote {
  if (!isRecord(note) || typeof note.scenario !== 'string' || !isRecord(note.lines)) return false;
  const { goal, checkpointEvery, episodes, seconds, lines, checkpoints = [] } = note;
  return Array.isArray(checkpoints) && areNumbers(checkpoints) && areNumbers([goal, checkpointEvery, episodes, seconds, lines.metrics, lines.timing]);
}

const areNumbers = (values: readonly unknown[]) => values.every((each) => typeof each === 'number');
