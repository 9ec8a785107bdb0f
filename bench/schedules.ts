/**
 * What schedules and the staleness ledger cost and gain, as ratios measured in one run: `npm run bench`. Contenders run by turns, several
 * times each; of everything the median of the repeats is told, and the ends.
 *
 *   npm run bench -- --only neighbour --repeats 15 --json
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { checkInteger, checkName, isOptionError, textTable, type SimulationOptions } from '../src/index.js';
import { hold, type Contender, type Contest, type Spread, type Standing } from './contest.js';
import { startNeighbour } from './neighbour.js';

/** 256×256 neurons, batch 64, free running: eight updates are owed for each environment step, so that updates are what is measured. */
const LARGE: SimulationOptions = {
  environment: 'Pendulum-v1',
  network: { hidden: [256, 256] },
  learning: { batch: 64, warmup: 64, updatesPerStep: 8 },
  rateLimit: 'off',
};

/** Little work between two reads: here a ledger weighs most. */
const SMALL: SimulationOptions = { ...LARGE, network: { hidden: [8] }, learning: { batch: 8, warmup: 64, updatesPerStep: 8 } };

const SCHEDULES: readonly Contender[] = [
  { name: '1 partition', options: { ...LARGE, schedule: 'hogwild', partitions: 1 } },
  { name: '2 × hogwild', options: { ...LARGE, schedule: 'hogwild', partitions: 2 } },
  { name: '2 × synchronous', options: { ...LARGE, schedule: 'synchronous', partitions: 2 } },
  { name: '2 × bounded', options: { ...LARGE, schedule: 'bounded', partitions: 2 } },
];

function ledgerContest(size: string, options: SimulationOptions): Contest {
  const contender = (ledger: boolean): Contender => ({
    name: ledger ? 'ledger on' : 'ledger off',
    options: { ...options, schedule: 'hogwild', partitions: 2, timing: { ledger } },
  });
  return { name: `ledger-${size}`, title: `The staleness ledger on against off, 2 × hogwild, ${size} network`, contenders: [contender(false), contender(true)], disturbed: false };
}

const CONTESTS: readonly Contest[] = [
  { name: 'schedules', title: 'Two partitions against one, 256×256 neurons, batch 64', contenders: SCHEDULES, disturbed: false },
  { name: 'neighbour', title: 'The same beside one busy process on one core', contenders: SCHEDULES, disturbed: true },
  ledgerContest('small', SMALL),
  ledgerContest('large', LARGE),
];

/** What became of a contest. */
interface Outcome {
  readonly name: string;
  readonly title: string;
  /** Processes that wanted to run, on average over the last minute: as it began and as it ended. */
  readonly load: readonly [before: number, after: number];
  /** Where a busy process ran beside it: whether it kept to one core. */
  readonly neighbour?: 'pinned' | 'not pinned';
  readonly standings: readonly Standing[];
}

async function decide(contest: Contest, repeats: number, seconds: number): Promise<Outcome> {
  const { name, title } = contest;
  const before = loadavg()[0];
  const neighbour = contest.disturbed ? await startNeighbour() : undefined;
  try {
    const standings = await hold(contest, repeats, seconds);
    return { name, title, load: [before, loadavg()[0]], ...(neighbour && { neighbour: neighbour.pinned ? 'pinned' : 'not pinned' }), standings };
  } finally {
    await neighbour?.close();
  }
}

const ratio = ({ median, min, max }: Spread) => (Number.isNaN(median) ? '–' : `${median.toFixed(2)} [${min.toFixed(2)}, ${max.toFixed(2)}]`);

function describe({ title, load, neighbour, standings }: Outcome): string {
  const columns = [{ name: '' }, ...['updates/s', 'ratio [least, most]', 'at most, by processor time', 'computed a peer\'s'].map((name) => ({ name, numeric: true }))];
  const rows = standings.map(({ name, updatesPerSecond, ratio: own, byProcessorTime, helped }) => [
    name,
    updatesPerSecond.median.toPrecision(3),
    ratio(own),
    ratio(byProcessorTime),
    Number.isNaN(helped) ? '–' : `${(100 * helped).toFixed(1)} %`,
  ]);
  const beside = neighbour === undefined ? '' : `; busy process ${neighbour}`;
  return `\n${title} (load ${load.map((each) => each.toFixed(1)).join(' to ')} on ${availableParallelism()} cores${beside})\n${textTable({ columns, rows })}\n`;
}

/** @throws TypeError or RangeError naming the flag */
function readFlags() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, repeats: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' } } });
  const only = values.only === undefined ? undefined : checkName('--only', values.only, CONTESTS.map(({ name }) => name));
  return {
    contests: CONTESTS.filter(({ name }) => only === undefined || name === only),
    repeats: checkInteger('--repeats', Number(values.repeats ?? 7), { min: 1, max: 1000 }),
    seconds: checkInteger('--seconds', Number(values.seconds ?? 2), { min: 1, max: 600 }),
    json: values.json === true,
  };
}

async function main(): Promise<void> {
  const { contests, repeats, seconds, json } = readFlags();
  const outcomes: Outcome[] = [];
  for (const contest of contests) {
    const outcome = await decide(contest, repeats, seconds);
    outcomes.push(outcome);
    process.stderr.write(describe(outcome));
  }
  if (json) console.log(JSON.stringify({ node: process.version, cores: availableParallelism(), repeats, seconds, contests: outcomes }));
}

try {
  await main();
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

function isUsageError(error: unknown): error is Error {
  return isOptionError(error) || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
}
