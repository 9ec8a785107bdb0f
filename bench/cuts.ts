/**
 * Random cuts: `npm run study:cuts [-- <cuts> <seconds> <seed> [--actor-learners]]`. Small runs of the real command line are cut at random moments: their workers are
 * killed, they are stopped with SIGINT or killed with SIGKILL, and resumed until they end. After every cut the run folder must be readable and no
 * process be left; the last line has the totals. Exit status 1 where anything went wrong.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ACTOR_LEARNER_METHODS, checkInteger, isRecord, RUN_FILES, SCHEDULE_NAMES } from '../src/entries/internals.js';
import { readNewestCheckpoint } from '../src/index.js';
import { createStream } from '../src/random/stream.js';
import { readArguments } from './arguments.js';

const { numbers: [CUTS, SECONDS, SEED], learners: LEARNERS } = readArguments(
  'npm run study:cuts [-- <cuts> <seconds> <seed> [--actor-learners]]',
  { allowPositionals: true, options: { 'actor-learners': { type: 'boolean' } } },
  ({ positionals, values }) => ({
    numbers: [100, 480, 1].map((value, i) => checkInteger(['<cuts>', '<seconds>', '<seed>'][i], Number(positionals.at(i) ?? value), { min: i === 2 ? 0 : 1 })),
    learners: values['actor-learners'] === true,
  }),
);
const STEPS = LEARNERS ? 100_000 : 2000;

/** Steps that a run may take after its last: actor-learners end their rollouts. */
const LATER = LEARNERS ? 100 : 0;

/** Longest time from the start of a process to its cut, in milliseconds. */
const LATEST = 4000;

/** `workers`: a run continues to its end while its workers are killed; the others end the run as well. */
const KINDS = ['workers', 'SIGINT', 'SIGKILL'] as const;
type Kind = (typeof KINDS)[number];

const RUN = ['--steps', String(STEPS), '--hidden', '8', '--episodes', '2', ...(LEARNERS ? ['--environment', 'CartPole-v1', '--checkpoint-every', '10000', '--rollout', '5'] : ['--warmup', '100', '--batch', '16', '--checkpoint-every', '500'])];

const stream = createStream(SEED, 'cuts');
const parent = mkdtempSync(join(tmpdir(), 'ganglion-cuts-'));
const totals = { workers: 0, SIGINT: 0, SIGKILL: 0, begun: 0, finished: 0, resumed: 0, deaths: 0, orphans: 0, unreadable: 0, failed: 0 };

/** Runs the command line, up to the signal where one is given. @returns its exit status, or the signal that ended it */
async function run(options: readonly string[], signal?: NodeJS.Signals): Promise<number | string> {
  const child = spawn(process.execPath, ['scenarios/run', ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const timer = signal && setTimeout(() => child.kill(signal), stream.uniformBetween(0, LATEST));
  const status = await new Promise<number | string>((resolve) => {
    child.on('close', (code, endedBy) => { resolve(code ?? endedBy ?? ''); });
  });
  clearTimeout(timer);
  if (status === 1 || status === 2) console.error(`exit status ${status}: ${options.join(' ')}\n${stderr.trim().split('\n').at(-1) ?? ''}`);
  return status;
}

const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line): unknown => JSON.parse(line)) : []);

function readResult(folder: string): Record<string, unknown> | undefined {
  const file = join(folder, RUN_FILES.result);
  const result: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return isRecord(result) ? result : undefined;
}

const isFinished = (folder: string) => readResult(folder)?.status === 'finished';

const hasCheckpoint = async (folder: string) => {
  try {
    await readNewestCheckpoint(folder);
    return true;
  } catch {
    return false;
  }
};

/** Everything in a run folder can be read, whatever was going on when it was cut. */
async function isReadable(folder: string): Promise<boolean> {
  try {
    JSON.parse(readFileSync(join(folder, RUN_FILES.config), 'utf8'));
    for (const file of [RUN_FILES.metrics, RUN_FILES.timing]) {
      lines(join(folder, file));
      if (existsSync(join(folder, file)) && !/(^|\n)$/.test(readFileSync(join(folder, file), 'utf8'))) throw new Error(`${file} ends in half a line`);
    }
    readResult(folder);
    const { checkpoint, refused } = await readNewestCheckpoint(folder);
    if (refused.length > 0) throw new Error(refused.join());
    return checkpoint.step <= STEPS + LATER;
  } catch (error) {
    console.error(`${folder} cannot be read: ${String(error)}`);
    return false;
  }
}

/** Processes that still have the folder on their command line. */
function countOrphans(folder: string): number {
  return execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(folder)).length;
}

async function check(folder: string): Promise<void> {
  const orphans = countOrphans(folder);
  totals.orphans += orphans;
  if (orphans > 0) console.error(`${orphans} processes are left of ${folder}`);
  if (existsSync(join(folder, RUN_FILES.config)) && (await hasBegun(folder)) && !(await isReadable(folder))) totals.unreadable += 1;
}

/** A run that was cut before its first checkpoint cannot be resumed. */
const hasBegun = async (folder: string) => existsSync(join(folder, RUN_FILES.metrics)) || hasCheckpoint(folder);

function begin(folder: string): string[] {
  totals.begun += 1;
  const draw = <Item>(items: readonly Item[]) => items[stream.integer(items.length)];
  const places = LEARNERS
    ? [draw(ACTOR_LEARNER_METHODS), '--schedule', draw(['hogwild', 'bounded', 'synchronous']), ...(stream.integer(5) === 0 ? ['--time', 'virtual'] : ['--workers', String(1 + stream.integer(3))])]
    : ['--schedule', draw(SCHEDULE_NAMES), '--partitions', String(1 + stream.integer(3))];
  return [...places, '--seed', String(totals.begun), ...RUN, '--out', folder];
}

/** In virtual time no worker can be replaced, and none is killed. */
function isVirtual(folder: string): boolean {
  const config: unknown = JSON.parse(readFileSync(join(folder, RUN_FILES.config), 'utf8'));
  return isRecord(config) && config.time === 'virtual';
}

/** Cuts a run once. @returns false where the process did not end as it should have */
async function cut(folder: string, wanted: Kind): Promise<boolean> {
  const going = await hasCheckpoint(folder);
  if (!going) rmSync(folder, { recursive: true, force: true });
  else totals.resumed += 1;
  const start = going ? ['--resume', folder] : begin(folder);
  const virtual = going ? isVirtual(folder) : start.includes('virtual');
  const kind = virtual && wanted === 'workers' ? 'SIGKILL' : wanted;
  totals[kind] += 1;
  const every = !virtual && (kind === 'workers' || stream.uniform() < 0.5) ? ['--kill-worker-every', stream.uniformBetween(0.05, 0.5).toFixed(2)] : [];
  const options = [...start, ...every];
  const status = await run(options, kind === 'workers' ? undefined : kind);
  const expected: (number | string)[] = kind === 'workers' ? [0] : [0, kind, ...(kind === 'SIGINT' ? [130] : [])];
  return expected.includes(status);
}

function conclude(folder: string): void {
  const result = readResult(folder);
  if (Number(result?.steps) >= STEPS && Number(result?.steps) <= STEPS + LATER) totals.finished += 1;
  else totals.failed += 1;
  totals.deaths += lines(join(folder, RUN_FILES.timing)).filter((line) => isRecord(line) && 'workerRestart' in line).length;
  rmSync(folder, { recursive: true });
}

const end = performance.now() + 1000 * SECONDS;
const cuts = () => totals.workers + totals.SIGINT + totals.SIGKILL;
while (cuts() < CUTS && performance.now() < end) {
  const folder = join(parent, `run-${totals.begun}`);
  while (!isFinished(folder)) {
    const kind = cuts() < CUTS && performance.now() < end ? KINDS[stream.integer(KINDS.length)] : undefined;
    const sound = kind === undefined ? (await run((await hasCheckpoint(folder)) ? ['--resume', folder] : begin(folder))) === 0 : await cut(folder, kind);
    await check(folder);
    if (sound) continue;
    totals.failed += 1;
    break;
  }
  if (isFinished(folder)) conclude(folder);
  console.error(`${cuts()} cuts, ${totals.finished} runs at their end`);
}
const { workers, SIGINT, SIGKILL, begun, finished, resumed, deaths, orphans, unreadable, failed } = totals;
console.log(
  `${cuts()} cuts (${workers} with workers killed to the end, ${SIGINT} stopped, ${SIGKILL} killed), ${begun} starts, ${resumed} resumptions, ${finished} runs at their last step; ` +
    `${deaths} workers replaced; ${orphans} orphan processes, ${unreadable} unreadable run folders, ${failed} failures`,
);
process.exitCode = orphans + unreadable + failed > 0 ? 1 : 0;
