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

/** The options of each row, as a user would give them. */
const ROWS: readonly SimulationOptions[] = ['Pendulum-v1', 'CartPole-v1'].flatMap((environment): SimulationOptions[] => [
  { environment, rule: 'broadcast' },
  { environment, rule: 'broadcast', schedule: 'synchronous' },
  { environment, rule: { name: 'broadcast', hiddenRate: 0 } },
  { environment, rule: 'three-factor' },
  { environment, rule: 'compatible' },
  { environment, rule: 'linear' },
]);

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

function describeRow(options: SimulationOptions, trials: readonly Trial[]): string {
  const returns = trials.map(({ meanReturn }) => meanReturn);
  const [low, high] = bootstrapInterval(returns);
  const rule = typeof options.rule === 'object' ? `${options.rule.name ?? ''}, hidden rows frozen` : (options.rule ?? '');
  const numbers = returns.map((value) => value.toFixed(0)).join(' ');
  return `| ${options.environment ?? ''} | ${rule} | ${options.schedule ?? 'hogwild'} | ${trials[0].steps.toLocaleString('en')} | ${numbers} | **${mean(returns).toFixed(0)}** [${low.toFixed(0)}, ${high.toFixed(0)}] |`;
}

const lines = ['| task | rule | schedule | env steps | evaluation return, seeds 1–5 | mean [95 % interval] |', '| --- | --- | --- | --- | --- | --- |'];
for (const options of ROWS) {
  const trials: Trial[] = [];
  for (const seed of SEEDS) {
    const known = finishedTrials().find((trial) => trial.seed === seed && JSON.stringify(trial.options) === JSON.stringify(options));
    const trial = known ?? (await runTrial(options, seed));
    if (known === undefined) appendFileSync(TRIALS, `${JSON.stringify(trial)}\n`);
    trials.push(trial);
  }
  lines.push(describeRow(options, trials));
  writeFileSync(TABLE, `${lines.join('\n')}\n`);
}
console.log(lines.join('\n'));
