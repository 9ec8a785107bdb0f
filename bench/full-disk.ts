/**
 * Disks that fill: `npm run study:full-disk [-- <positions> <seconds> <seed>]`. Small runs of the real command line write to a tmpfs of 10 KB to 2 MB
 * (evenly in the logarithm), until it is full. Then every file must be whole or named in the error, no temporary file and no lock be left, and with
 * room again `--resume` continue from the newest whole checkpoint. Mounting needs root. The last line has the totals; exit status 1 where anything went wrong.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkInteger, isRecord, RUN_FILES } from '../src/entries/internals.js';
import { readNewestCheckpoint } from '../src/index.js';
import { createStream } from '../src/random/stream.js';
import { checkpointStep } from '../src/telemetry/run-folder.js';
import { readArguments } from './arguments.js';

const [POSITIONS, SECONDS, SEED] = readArguments('npm run study:full-disk [-- <positions> <seconds> <seed>]', { allowPositionals: true }, ({ positionals }) => [100, 540, 1].map((value, i) => checkInteger(['<positions>', '<seconds>', '<seed>'][i], Number(positionals.at(i) ?? value), { min: i === 2 ? 0 : 1 })));
/** Sizes are spread by the golden ratio: wherever the time ends, they cover the whole range. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SMALLEST = 10;
const LARGEST = 2000;

/** Kibibytes that are enough for any of the runs. */
const ENOUGH = 16 * 1024;

const stream = createStream(SEED, 'full-disk');
const totals = { positions: 0, failed: 0, finished: 0, resumed: 0, none: 0, faults: 0 };

/** Bytes of a checkpoint for each connection between hidden neurons: weight, its target and two moments. */
const CONNECTION_BYTES = 16;

/** Three checkpoints of most of the runs are more than their disk holds; some take none and end at their weights, or at their last step. */
function optionsFor(size: number): string[] {
  const bytes = 1024 * size * stream.uniformBetween(0.1, 0.8);
  const hidden = Math.max(2, Math.round(Math.sqrt(bytes / CONNECTION_BYTES)));
  const every = stream.integer(6) === 0 ? 0 : 50 * (1 + stream.integer(3));
  return ['--steps', String(250 + stream.integer(200)), '--hidden', `${hidden},${hidden}`, '--checkpoint-every', String(every), '--seed', String(totals.positions),
    '--schedule', 'synchronous', '--partitions', '1', '--warmup', '200', '--batch', '8', '--replay', '1000', '--episodes', '1'];
}

function run(...options: readonly string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['scenarios/run', ...options], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  return { status, stderr };
}

/** Files that are neither whole nor named, and those that should not be there. */
function faultsOf(folder: string, stderr: string): string[] {
  return readdirSync(folder).filter((name) => !isWhole(join(folder, name), name) && !stderr.includes(`${join(folder, name)} cannot be written`));
}

function isWhole(path: string, name: string): boolean {
  try {
    const bytes = readFileSync(path);
    if (name.endsWith('.jsonl')) return bytes.toString().split('\n').every((line, i, all) => (i === all.length - 1 ? line === '' : isRecord(JSON.parse(line))));
    if (name.endsWith('.json')) return isRecord(JSON.parse(bytes.toString()));
    if (name.endsWith('.safetensors')) return isWholeTensors(bytes);
    return checkpointStep(name) >= 0; // read below
  } catch {
    return false;
  }
}

function isWholeTensors(bytes: Buffer): boolean {
  const body = 8 + Number(bytes.readBigUInt64LE(0));
  const header: unknown = JSON.parse(bytes.toString('utf8', 8, body));
  const ends = Object.values(isRecord(header) ? header : {}).flatMap((each) => (isRecord(each) && Array.isArray(each.data_offsets) ? [Number(each.data_offsets[1])] : []));
  return body + Math.max(...ends) === bytes.length;
}

/** The step of the newest checkpoint, all of which must be whole; undefined where there is none. */
async function newestOf(folder: string): Promise<number | undefined> {
  if (!readdirSync(folder).some((name) => checkpointStep(name) >= 0)) return undefined;
  const { checkpoint, refused } = await readNewestCheckpoint(folder);
  if (refused.length > 0) throw new Error(refused.join());
  return checkpoint.step;
}

/** Fills one disk. @returns what went wrong */
async function fill(disk: string, size: number): Promise<string[]> {
  const folder = join(disk, 'run');
  const options = optionsFor(size);
  const { status, stderr } = run(...options, '--out', folder);
  const line = stderr.trim().split('\n').at(-1) ?? '';
  if (status === 0) totals.finished += 1;
  else totals.failed += 1;
  if (status !== 0 && !(status === 1 && line.includes(' cannot be written (ENOSPC: '))) return [`exit status ${String(status)}: ${line}`];
  if (!existsSync(folder)) return [];
  const faults = faultsOf(folder, stderr).map((name) => `${name} is neither whole nor named`);
  const newest = await newestOf(folder);
  if (newest === undefined && status !== 0) totals.none += 1;
  if (newest === undefined || status === 0) return faults;
  execFileSync('mount', ['-o', `remount,size=${ENOUGH}k`, disk]);
  const again = run('--resume', folder);
  const result: unknown = again.status === 0 ? JSON.parse(readFileSync(join(folder, RUN_FILES.result), 'utf8')) : undefined;
  if (!isRecord(result) || result.status !== 'finished' || result.resumedAt !== newest || result.steps !== Number(options[1])) return [...faults, `resuming from step ${newest}: ${again.stderr.trim().split('\n').at(-1) ?? ''}`];
  totals.resumed += 1;
  return [...faults, ...faultsOf(folder, '').map((name) => `${name} is not whole after resuming`)];
}

const parent = mkdtempSync(join(tmpdir(), 'ganglion-full-disk-'));
const end = performance.now() + 1000 * SECONDS;

function mount(size: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', parent]).status === 0;
}

while (totals.positions < POSITIONS && performance.now() < end) {
  const size = Math.round(SMALLEST * (LARGEST / SMALLEST) ** ((GOLDEN * (totals.positions + 1)) % 1));
  if (!mount(size)) {
    console.error('full disks are not tried: a tmpfs cannot be mounted here, which takes root');
    break;
  }
  try {
    const faults = await fill(parent, size);
    for (const fault of faults) console.error(`${size} KB: ${fault}`);
    totals.faults += faults.length;
  } finally {
    execFileSync('umount', [parent]);
  }
  totals.positions += 1;
}
rmdirSync(parent);
const { positions, failed, finished, resumed, none, faults } = totals;
console.log(`${positions} disks of ${SMALLEST} KB to ${LARGEST / 1000} MB: ${failed} runs ended at a full disk, ${finished} at their last step; ${resumed} of those that failed resumed to their end, ${none} had no checkpoint yet; ${faults} faults`);
process.exitCode = faults > 0 ? 1 : 0;
