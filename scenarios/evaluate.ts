import colours from 'picocolors';

import { attemptAll, createRunFolder, createTable } from '../src/entries/internals.js';
import { estimate, integer, interval, optional, score, vary, type Estimate } from '../src/entries/study.js';
import { OptionRangeError, readNewestCheckpoint, resumeTrainer, type EvaluateOptions, type Evaluation, type Trainer } from '../src/index.js';
import { EPISODES, FINAL, OUT } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'evaluate';
const SUBJECT = 'run folder';

const EVALUATE = createTable([
  optional('seed', integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { flag: '--seed', shown: 'the run\'s own', help: 'seed of the episodes', group: 'Run', everyday: true }),
]);

/** The result of an evaluation: printed by `--json`. */
interface EvaluateResult {
  readonly scenario: typeof NAME;
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  /** Environment step of the checkpoint. */
  readonly step: number;
  /** Of the episodes. */
  readonly seed: number;
  readonly evaluation: Evaluation;
  /** 95 % bootstrap interval of the mean over episodes; null where none ended. */
  readonly interval: Estimate['interval'] | null;
  readonly random: { readonly meanReturn: number };
  readonly runFolder: string;
}

/** Evaluates what a run has learned. */
export const evaluate: Scenario = {
  name: NAME,
  summary: 'evaluate what a run has learned, on any number of fresh episodes',
  table: EVALUATE,
  commands: [FINAL, vary(OUT, { shown: 'none' })],
  positional: SUBJECT,
  async run({ positional: folder, options, episodes = EPISODES, ...input }) {
    if (folder === undefined) throw new OptionRangeError(SUBJECT, `"${SUBJECT}" expected the folder of a run; usage: node scenarios/run ${NAME} <${SUBJECT}>`);
    const { seed: given } = EVALUATE.resolve(options);
    const { checkpoint, refused } = await readNewestCheckpoint(folder, undefined, SUBJECT);
    for (const line of refused) warn(line);
    const trainer = await resumeTrainer(checkpoint);
    try {
      return await evaluateNow(trainer, folder, { episodes, seed: given ?? trainer.settings.seed }, input);
    } finally {
      await trainer.close();
    }
  },
};

async function evaluateNow(trainer: Trainer, runFolder: string, options: Required<Pick<EvaluateOptions, 'episodes' | 'seed'>>, { interrupt, json, out }: Pick<ScenarioInput, 'interrupt' | 'json' | 'out'>): Promise<number> {
  const evaluation = await trainer.evaluate({ ...options, signal: interrupt });
  const { episodes, returns } = evaluation;
  const random = episodes === 0 ? NaN : trainer.evaluateRandomPolicy({ ...options, episodes }).meanReturn;
  const result: EvaluateResult = {
    scenario: NAME,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: trainer.settings.environment,
    step: trainer.step,
    seed: options.seed,
    evaluation,
    interval: estimate(returns)?.interval ?? null,
    random: { meanReturn: random },
    runFolder,
  };
  print(result);
  if (out !== undefined) keep(out, result);
  if (json) console.log(JSON.stringify(result));
  return interrupt.aborted ? 130 : 0;
}

function keep(out: string, result: EvaluateResult): void {
  const folder = createRunFolder(out, { warn });
  attemptAll(() => { folder.write('result', result); }, () => { folder.close(); });
}

function print({ environment, step, seed, evaluation: { episodes, meanReturn, returns }, interval: ends, random }: EvaluateResult): void {
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const range = returns.length === 0 ? [] : [line('episodes', `${episodes} with seed ${seed}, exploration off: ${score(Math.min(...returns))} to ${score(Math.max(...returns))}`)];
  process.stderr.write([
    '',
    colours.bold(`${environment}: the network of step ${step.toLocaleString('en')}`),
    line('mean return', `${colours.green(score(meanReturn))}${ends === null ? '' : ` (95 % over episodes: ${interval({ interval: ends })})`}`),
    ...range,
    line('random policy', `${score(random.meanReturn)} on the same episodes`),
    '',
  ].join('\n'));
}
