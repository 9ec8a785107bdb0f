import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { resolveDdpgSettings } from '../baseline/settings.js';
import { wrongValue } from '../check.js';
import { decodeCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import { loadEnvironmentsOf } from '../environment/modules.js';
import { CheckpointError, isOptionError } from '../errors.js';
import { checkpointStep } from '../telemetry/run-folder.js';
import { Ddpg, DDPG } from './ddpg.js';
import { resolveSettings } from './options.js';
import { readySimulation, Simulation, SIMULATION } from './simulation.js';

/** A run's newest checkpoint that can be used. */
export interface NewestCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Newer ones that cannot, one line each. */
  readonly refused: readonly string[];
}

/**
 * Looks through the checkpoints in a run folder, the newest first, for one that is whole.
 *
 * @throws RangeError naming `resume` where there is none
 */
export function readNewestCheckpoint(folder: string): NewestCheckpoint {
  const refused: string[] = [];
  for (const name of checkpointNames(folder)) {
    try {
      return { checkpoint: decodeCheckpoint(readFileSync(join(folder, name))), refused };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      refused.push(`${name} cannot be used: ${error.message}`);
    }
  }
  throw wrongValue('resume', 'a run folder with a checkpoint that can be used', folder, ` (${refused.join('; ') || 'it has none'})`);
}

/** Names of the checkpoints in a folder, the newest first; none where it cannot be read. */
function checkpointNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw wrongValue('resume', 'a run folder', folder, ` (${error instanceof Error ? error.message : String(error)})`);
  }
  return names.filter((name) => checkpointStep(name) >= 0).toSorted((a, b) => checkpointStep(b) - checkpointStep(a));
}

/**
 * A simulation that goes on where a checkpoint was taken, with its settings. Under the synchronous schedule it does, bit for bit, what the one
 * that the checkpoint was taken of would have done.
 *
 * @param checkpoint what `encodeCheckpoint` gave, or that decoded
 * @throws CheckpointError where it cannot be used
 */
export async function resumeSimulation(checkpoint: Uint8Array | Checkpoint): Promise<Simulation> {
  const decoded = decodeAs(SIMULATION, checkpoint);
  await loadEnvironmentsOf(decoded.settings);
  const settings = settingsOf(decoded, resolveSettings);
  return readySimulation(new Simulation(settings, decoded));
}

/** The same for DDPG. */
export async function resumeDdpg(checkpoint: Uint8Array | Checkpoint): Promise<Ddpg> {
  const decoded = decodeAs(DDPG, checkpoint);
  await loadEnvironmentsOf(decoded.settings);
  return new Ddpg(settingsOf(decoded, resolveDdpgSettings), decoded);
}

function decodeAs(kind: string, given: Uint8Array | Checkpoint): Checkpoint {
  const checkpoint = given instanceof Uint8Array ? decodeCheckpoint(given) : given;
  if (checkpoint.kind === kind) return checkpoint;
  throw new CheckpointError('settings', `it is a checkpoint of ${checkpoint.kind}, not of ${kind}`);
}

/** Settings of another version may have other options. */
function settingsOf<Settings>({ settings }: Checkpoint, resolve: (given: object) => Settings): Settings {
  try {
    return resolve(settings);
  } catch (error) {
    if (isOptionError(error)) throw new CheckpointError('settings', `it has settings that this version does not know: ${error.message}`);
    throw error;
  }
}
