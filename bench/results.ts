/**
 * The table of docs/results.md: `npm run study:results`. Rules and DDPG on every task as they ship, seeds 1 to 5,
 * evaluated on 20 fresh episodes, and beside them the default rule with its hidden neurons frozen: what do they earn? Trials that
 * have ended are kept in docs/results.jsonl and not repeated, unless the settings they ship with have changed since.
 */
import { availableParallelism } from 'node:os';

import { lockFolder, replaceFile } from '../src/entries/internals.js';
import { decentralisedVsDdpg } from '../scenarios/decentralised-vs-ddpg.js';
import { openTrialStore, planTrials, runTrialsWithProgress, summarise, type GivenArm, type TrialResult } from '../src/entries/study.js';
import { readArguments } from './arguments.js';

readArguments('npm run study:results', {}, () => undefined);

const TRIALS = 'docs/results.jsonl';
const TABLE = 'docs/results.md';

/** Text above the tables. */
const INTRODUCTION = [
  '# Results',
  '',
  'After this page you can compare each algorithm on each task, seed by seed. `npm run study:results` writes it. What the numbers show: [findings](findings.md).',
  '',
  'Every algorithm at the settings it ships with for the task, 20 fresh episodes, exploration off; brackets are 95 % bootstrap intervals of the mean.',
];

/** The five classic tasks. */
const CLASSIC = ['Pendulum-v1', 'CartPole-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Acrobot-v1'];

interface StudyOptions {
  readonly environments: readonly string[];
  readonly algorithms: readonly GivenArm[];
  readonly steps?: number;
}

/** What every row has in common. */
const COMMON = { seeds: 5, evaluation: { episodes: 5, final: 20 } };

const FROZEN = { label: 'broadcast, hidden rows frozen', algorithm: 'broadcast', options: { rule: { hiddenRate: 0 } } };

/** A wider layer, with slower hidden rows: what `broadcast` can do where time does not count (docs/research.md, entry 19). */
const WIDE = {
  label: 'broadcast, 512 hidden neurons',
  algorithm: 'broadcast',
  options: { network: { hidden: [512] }, exploration: { output: 1 }, rule: { criticRate: 3e-3, hiddenRate: 2e-4, finalRateFraction: 0.01 } },
};

/** DDPG whose hidden neurons get their credit otherwise than by backpropagation: the same objective, steps and settings. */
const CREDITED = ['broadcast', 'feedback', 'kolen-pollack', 'none'].map((credit) => ({ label: `ddpg, credit ${credit}`, algorithm: 'ddpg', options: { credit } }));

/** Rules with a critic in every neuron: slow, and so on half the steps of one task. */
const SOLITARY = ['compatible', 'compatible-natural', 'linear', 'linear-global', 'quadratic', 'deep'];

/** Networks that are more than layers of σ(K v), each otherwise as the rule ships for the task. */
const NETWORKS = {
  'a quarter of the connections': { density: 0.25 },
  'leaky neurons': { neuronModel: 'leaky' },
  'firing neurons': { neuronModel: 'spiking' },
  'one winner of four': { inhibition: 'winners(1/4)' },
  'divisive inhibition': { inhibition: 'divisive(1/8)' },
  'a graph that skips and leads back': {
    layers: [{ name: 'near', size: 64 }, { name: 'far', size: 64 }],
    blocks: [
      { from: 'input', to: 'near' },
      { from: 'input', to: 'far' },
      { from: 'near', to: 'far', density: 0.25 },
      { from: 'far', to: 'near', density: 0.25 },
      { from: 'near', to: 'output' },
      { from: 'far', to: 'output' },
    ],
  },
} as const;

/** What holds the cue of a maze: nothing, or neurons with a membrane; without the task's observation traces. */
const HOLDERS = {
  'no memory': {},
  'leaky neurons': { neuronModel: 'leaky', membraneTimeConstant: 16 },
  'firing neurons': { neuronModel: 'spiking', membraneTimeConstant: 16 },
} as const;

function variants(algorithm: string, networks: Readonly<Record<string, object>>, common: object = {}): GivenArm[] {
  return Object.entries(networks).map(([label, network]) => ({ label: `${algorithm}, ${label}`, algorithm, options: { network: { ...common, ...network } } }));
}

/** The rows of the second table. */
const NEURONS: readonly StudyOptions[] = [
  { ...COMMON, environments: ['CartPole-v1'], algorithms: variants('coagent', NETWORKS) },
  { ...COMMON, environments: ['CartPole-v1'], algorithms: variants('broadcast', NETWORKS) },
  { ...COMMON, environments: ['TMaze-v0(length=5)'], algorithms: variants('sarsa', HOLDERS, { observationTraces: [], hidden: [32] }), steps: 50_000 },
];

/** The rows, the most telling first: a study that is stopped keeps what it has. */
const STUDIES: readonly StudyOptions[] = [
  { ...COMMON, environments: CLASSIC, algorithms: ['broadcast'] },
  { ...COMMON, environments: ['Pendulum-v1', 'MountainCarContinuous-v0'], algorithms: ['ddpg'] },
  { ...COMMON, environments: ['Pendulum-v1', 'MountainCarContinuous-v0'], algorithms: CREDITED },
  { ...COMMON, environments: ['Pendulum-v1'], algorithms: ['three-factor', WIDE] },
  { ...COMMON, environments: CLASSIC, algorithms: ['coagent'] },
  { ...COMMON, environments: ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0'], algorithms: ['ddpg'] },
  { ...COMMON, environments: ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0', 'MountainCarContinuous-v0'], algorithms: ['three-factor'] },
  { ...COMMON, environments: CLASSIC, algorithms: [FROZEN] },
  { ...COMMON, environments: ['Pendulum-v1'], algorithms: [...SOLITARY, 'exact'], steps: 20_000 },
];

const HEADER = [
  '| task | algorithm | env steps | evaluation return, seeds 1–5 | mean [95 % interval] | interquartile mean | env steps to threshold |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

function describeRow(row: SummaryRow): string {
  const cells = [row.environment, describeLabel(row.label), row.steps.toLocaleString('en'), describeReturns(row), describeMean(row), describeNumber(row.interquartileMean), describeThreshold(row)];
  return `| ${cells.join(' | ')} |`;
}

/** The algorithm's name as code, further words. */
function describeLabel(label: string): string {
  return label.replace(/^[^,]+/, '`$&`');
}

function describeNumber(value: number | null): string {
  return value?.toFixed(0) ?? '–';
}

function describeReturns({ returns, failures }: SummaryRow): string {
  const numbers = (returns?.values ?? []).map(describeNumber);
  return [...numbers, ...(failures === 0 ? [] : [`(${failures} failed)`])].join(' ');
}

function describeMean({ returns }: SummaryRow): string {
  return returns === null ? '–' : `**${describeNumber(returns.mean)}** [${returns.interval.map(describeNumber).join(', ')}]`;
}

function describeThreshold({ threshold, stepsToThreshold, reached, seeds, failures }: SummaryRow): string {
  if (threshold === null) return '–';
  return stepsToThreshold === null ? `${threshold}: none` : `${threshold}: ${stepsToThreshold.toLocaleString('en')} (${reached} of ${seeds + failures})`;
}

const interruption = new AbortController();
process.once('SIGINT', () => { interruption.abort(); });

const warn = (line: string) => { console.error(line); };
lockFolder('docs', 'docs', warn);
const store = openTrialStore(TRIALS, warn);

/** The rows of a study among results of several. */
function rowsOf(results: readonly TrialResult[]) {
  return (settings: Settings) => summarise(decentralisedVsDdpg, settings, results).report.rows;
}

const resolve = (study: StudyOptions) => decentralisedVsDdpg.resolve(study);
type Settings = ReturnType<typeof resolve>;
type SummaryRow = ReturnType<ReturnType<typeof rowsOf>>[number];

/** Runs the missing trials of some studies. @returns their table */
async function tableOf(studies: readonly StudyOptions[]): Promise<string> {
  const settings = studies.map(resolve);
  const results = await runTrialsWithProgress(settings.flatMap((each) => planTrials(decentralisedVsDdpg, each)), store, { parallel: availableParallelism(), signal: interruption.signal });
  const rows = settings.flatMap(rowsOf(results)).toSorted((a, b) => CLASSIC.indexOf(a.environment) - CLASSIC.indexOf(b.environment));
  return [...HEADER, ...rows.map(describeRow)].join('\n');
}

const tables = [...INTRODUCTION, '', await tableOf(STUDIES), '', 'Kinds of neurons and networks, each otherwise as the rule ships for the task:', '', await tableOf(NEURONS)].join('\n');
if (interruption.signal.aborted) process.exitCode = 130;
else replaceFile(TABLE, `${tables}\n`);
console.log(tables);
