import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Algorithm, AlgorithmSettings } from '../algorithm/algorithm.js';
import type { Agent } from '../placement/agent.js';
import { ddpg } from '../algorithm/ddpg/algorithm.js';
import { isRecord, wrongKind, wrongValue } from '../check.js';
import { decodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { checkpointStep } from '../telemetry/run-folder.js';
import { ActorLearners } from './actor-learners.js';
import { whenReady } from './ready.js';
import { examineActorLearners, examineCheckpoint, examineSimulation, examineSingle, fitting } from './examine.js';
import { Simulation } from './simulation.js';
import { SingleTrainer, type Ddpg } from './single.js';

/** A run's newest checkpoint that can be used. */
export interface NewestCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Newer ones that cannot, one line each. */
  readonly refused: readonly string[];
}

/**
 * Looks through the checkpoints in a run folder, the newest first, for one from which a run can continue.
 *
 * @param examine further checks: throws a CheckpointError if it must not be used
 * @param option that names the folder, for errors
 * @throws RangeError naming the option where there is none
 */
export async function readNewestCheckpoint(folder: string, examine: (checkpoint: Checkpoint) => void = () => undefined, option = 'resume'): Promise<NewestCheckpoint> {
  const refused: string[] = [];
  for (const name of checkpointNames(option, folder)) {
    try {
      const checkpoint = decodeCheckpoint(readCheckpoint(join(folder, name)));
      await examineCheckpoint(checkpoint);
      examine(checkpoint);
      return { checkpoint, refused };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      refused.push(`${name} cannot be used: ${error.message}`);
    }
  }
  throw wrongValue(option, 'a run folder with a checkpoint that can be used', folder, ` (${refused.join('; ') || 'it has none'})`);
}

/** @throws CheckpointError where it is no file, or cannot be read */
function readCheckpoint(path: string): Uint8Array {
  try {
    if (statSync(path).isFile()) return readFileSync(path); // what is no file may never end
  } catch (error) {
    throw new CheckpointError('format', `it cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  throw new CheckpointError('format', 'it is no file');
}

/** Names of the checkpoints in a folder, the newest first. */
function checkpointNames(option: string, folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw wrongValue(option, 'a run folder', folder, ` (${error instanceof Error ? error.message : String(error)})`);
  }
  return names.filter((name) => checkpointStep(name) >= 0).toSorted((a, b) => checkpointStep(b) - checkpointStep(a));
}

/**
 * A simulation that continues from a checkpoint, with its settings. Under the synchronous schedule it continues, bit for bit, as the
 * original would have.
 *
 * @param checkpoint result of `encodeCheckpoint`, encoded or decoded
 * @throws CheckpointError where it cannot be used
 */
export async function resumeSimulation(checkpoint: Uint8Array | Checkpoint): Promise<Simulation> {
  const decoded = decode(checkpoint);
  const settings = await examineSimulation(decoded);
  return whenReady(await fitting(() => new Simulation(settings, decoded)));
}

/** The same for an algorithm on one thread. */
export async function resumeSingle<Settings extends AlgorithmSettings, Own extends Agent>(algorithm: Algorithm<Settings, Own>, checkpoint: Uint8Array | Checkpoint): Promise<SingleTrainer<Settings, Own>> {
  const decoded = decode(checkpoint);
  const settings = await examineSingle(algorithm, decoded);
  return fitting(() => new SingleTrainer(algorithm, settings, decoded));
}

export const resumeDdpg = (checkpoint: Uint8Array | Checkpoint): Promise<Ddpg> => resumeSingle(ddpg, checkpoint);

/** The same for actor-learners. */
export async function resumeActorLearners(checkpoint: Uint8Array | Checkpoint): Promise<ActorLearners> {
  const decoded = decode(checkpoint);
  const settings = await examineActorLearners(decoded);
  return whenReady(await fitting(() => new ActorLearners(settings, decoded)));
}

export function decode(given: Uint8Array | Checkpoint): Checkpoint {
  if (!isRecord(given) && !((given as unknown) instanceof Uint8Array)) throw wrongKind('checkpoint', 'the bytes of a checkpoint, or a decoded one', given);
  return given instanceof Uint8Array ? decodeCheckpoint(given) : given;
}
