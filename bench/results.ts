/**
 * The results table of the README: `npm run study:results`. Every row is the main job with the options beside it, over
 * seeds 1 to 5, evaluated on 20 fresh episodes. Finished trials are kept in docs/results.jsonl and not repeated: delete a
 * line, or the file, to run it again.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

import { bootstrapInterval, createProgressBar, createSimulation, mean, type SimulationOptions } from '../src/index.js';

const TRIALS = 'docs/results.jsonl';
const TABLE = 'docs/results.md';
const SEEDS = [1, 2, 3, 4, 5];

interface Row {
  /** How the table names the rule. */
  readonly label: string;
  /** As a user would give them. */
  readonly options: SimulationOptions;
}

const [PENDULUM, CART_POLE] = ['Pendulum-v1', 'CartPole-v1'];

const ROWS: readonly Row[] = [
  { label: '`broadcast`', options: { environment: PENDULUM } },
  { label: '`broadcast`', options: { environment: PENDULUM, schedule: 'synchronous' } },
  { label: '`broadcast`, hidden rows frozen', options: { environment: PENDULUM, rule: { hiddenRate: 0 } } },
  { label: '`linear`', options: { environment: PENDULUM, rule: 'linear' } },
  { label: '`three-factor`', options: { environment: PENDULUM, rule: 'three-factor' } },
  { label: '`broadcast`', options: { environment: CART_POLE } },
  { label: '`broadcast`, hidden rows frozen', options: { environment: CART_POLE, rule: { hiddenRate: 0 } } },
  { label: '`linear`, 64 hidden neurons', options: { environment: CART_POLE, rule: 'linear', network: { hidden: [64] } } },
  { label: '`three-factor`', options: { environment: CART_POLE, rule: 'three-factor' } },
  { label: '`compatible`', options: { environment: PENDULUM, rule: 'compatible' } },
];

interface Trial {
  readonly options: SimulationOptions;
  readonly seed: number;
  readonly steps: number;
  readonly meanReturn: number;
  readonly random: number;
  readonly stepsPerSecond: number;
}

function finishedTrials(): Trial[] {
  if (!existsSync(TRIALS)) return [];
  return readFileSync(TRIALS, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Trial);
}

async function runTrial(options: SimulationOptions, seed: number): Promise<Trial> {
  const simulation = await createSimulation({ ...options, seed });
  const { environment, schedule, steps, rule } = simulation.settings;
  const bar = createProgressBar(`${environment} ${rule.name} ${schedule} seed ${seed}`, steps);
  simulation.on('progress', ({ step, runningReturn, episodes }) => { bar.update(step, runningReturn, episodes); });
  try {
    const { stepsPerSecond } = await simulation.run();
    const { meanReturn } = await simulation.evaluate({ episodes: 20 });
    const random = simulation.evaluateRandomPolicy({ episodes: 20 }).meanReturn;
    return { options, seed, steps, meanReturn, random, stepsPerSecond };
  } finally {
    bar.stop();
    await simulation.close();
  }
}

function describeRow({ label, options }: Row, trials: readonly Trial[]): string {
  const returns = trials.map(({ meanReturn }) => meanReturn);
  const [low, high] = bootstrapInterval(returns);
  const numbers = returns.map((value) => value.toFixed(0)).join(' ');
  return `| ${options.environment ?? ''} | ${label} | ${options.schedule ?? 'hogwild'} | ${trials[0].steps.toLocaleString('en')} | ${numbers} | **${mean(returns).toFixed(0)}** [${low.toFixed(0)}, ${high.toFixed(0)}] |`;
}

const lines = ['| task | rule | schedule | env steps | evaluation return, seeds 1–5 | mean [95 % interval] |', '| --- | --- | --- | --- | --- | --- |'];
for (const row of ROWS) {
  const trials: Trial[] = [];
  for (const seed of SEEDS) {
    const known = finishedTrials().find((trial) => trial.seed === seed && JSON.stringify(trial.options) === JSON.stringify(row.options));
    const trial = known ?? (await runTrial(row.options, seed));
    if (known === undefined) appendFileSync(TRIALS, `${JSON.stringify(trial)}\n`);
    trials.push(trial);
  }
  lines.push(describeRow(row, trials));
  writeFileSync(TABLE, `${lines.join('\n')}\n`);
}
console.log(lines.join('\n'));
