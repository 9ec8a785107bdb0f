// Runs a fixed list of short synchronous runs and compares the SHA-256 of the learned numbers and returns with the recorded ones. A change
// that must not alter learning keeps all of them.
//
//   npm run check:digests                  compare with bench/digests.json; exit status 1 if a run differs
//   npm run check:digests -- <text>        only the runs whose name contains the text
//   npm run check:digests -- --write       record them anew (after a change that has to alter a sum, with the reason in the changelog)
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { replaceFile } from '../src/entries/internals.js';
import { createDdpg, createSimulation, createTrainer, type EpisodeRecord, type Trainer } from '../src/index.js';
import { DIGEST_RUNS, type DigestRun } from './digest-runs.js';
import { readArguments } from './arguments.js';

interface Digest {
  /** The tensors that are compared: later versions may export more. */
  readonly tensors: readonly string[];
  readonly sha256: string;
}

const FILE = fileURLToPath(new URL('../../bench/digests.json', import.meta.url));

async function digestOf(run: DigestRun, names?: readonly string[]): Promise<Digest> {
  const training: Trainer = await (run.other !== undefined ? createTrainer(run.other) : run.ddpg === undefined ? createSimulation(run.neurons) : createDdpg(run.ddpg));
  try {
    const episodes: EpisodeRecord[] = [];
    training.on('episode', (episode) => episodes.push(episode));
    await training.run({ steps: run.steps });
    const { meanReturn } = await training.evaluate({ episodes: 2 });
    const tensors = readTensors(training.encodeWeights());
    const chosen = names ?? Object.keys(tensors).toSorted();
    const hash = createHash('sha256');
    for (const name of chosen) hash.update(`${name}\n`).update(tensors[name] ?? 'absent');
    hash.update(JSON.stringify([episodes.map(({ step, return: total, length }) => [step, total, length]), meanReturn]));
    return { tensors: chosen, sha256: hash.digest('hex') };
  } finally {
    await training.close();
  }
}

/** The bytes of each tensor of a safetensors file. */
function readTensors(file: Uint8Array): Record<string, Uint8Array> {
  const header = 8 + Number(Buffer.from(file.buffer, file.byteOffset, 8).readBigUInt64LE());
  const table = JSON.parse(Buffer.from(file.subarray(8, header)).toString()) as Record<string, { data_offsets: [number, number] }>;
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== '__metadata__').map(([name, { data_offsets: [begin, end] }]) => [name, file.subarray(header + begin, header + end)]));
}

const { write, text } = readArguments('npm run check:digests [-- [--write] [text in the names of runs]]', { options: { write: { type: 'boolean', default: false } }, allowPositionals: true }, ({ values, positionals }) => ({ write: values.write, text: positionals.join(' ') }));
const recorded: Record<string, Digest> = write ? {} : (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Digest>);
const found: Record<string, Digest> = {};
let different = 0;
for (const run of DIGEST_RUNS.filter(({ name }) => name.includes(text))) {
  const before = recorded[run.name] as Digest | undefined;
  found[run.name] = await digestOf(run, before?.tensors);
  if (write) continue;
  const same = before?.sha256 === found[run.name].sha256;
  if (!same) different += 1;
  console.log(`${same ? 'same     ' : 'DIFFERENT'} ${run.name}`);
}
if (write) replaceFile(FILE, `${JSON.stringify(found, undefined, 1)}\n`);
console.log(write ? `${Object.keys(found).length} recorded` : `${Object.keys(found).length - different} same, ${different} different`);
process.exitCode = different === 0 ? 0 : 1;
