import { alterCall } from './calls.js';
import type { CaseName, FuzzCase, Kind } from './case.js';
import { alterCheckpoint } from './checkpoints.js';
import { alterConfiguration } from './configurations.js';
import { createDraw, type Draw } from './draw.js';
import { alterFlags } from './flags.js';
import { alterGraph } from './graphs.js';
import { alterJournal } from './journals.js';
import { alterTrials } from './trials.js';

/** @param originals folder of the whole folders that some kinds alter */
const GENERATORS: Readonly<Record<Kind, (draw: Draw, originals: string) => FuzzCase>> = {
  configurations: alterConfiguration,
  graphs: alterGraph,
  flags: alterFlags,
  checkpoints: alterCheckpoint,
  journals: alterJournal,
  trials: alterTrials,
  calls: alterCall,
};

/** The case of a name: always the same one. */
export function generateCase({ seed, kind, number }: CaseName, originals: string): FuzzCase {
  return GENERATORS[kind](createDraw(seed, `${kind}/${number}`), originals);
}
