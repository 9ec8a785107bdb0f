import colours from 'picocolors';

import { createProgressBar, createRunFolder, BATCHED, finishing, freeRunPath, runFolderName, type RunFolder } from '../src/entries/internals.js';
import { createBatchedTrainer, type BatchedEvaluation, type BatchedReport, type BatchedTrainer } from '../src/index.js';
import { CONFIG, EPISODES, FINAL } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'batched';

/** The result of a batch: printed by `--json`, kept in `result.json`. */
interface DenseResult extends Pick<BatchedReport, 'seconds' | 'stepsPerSecond' | 'updatesPerSecond'> {
  readonly scenario: string;
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly rule: string;
  readonly schedule: 'synchronous';
  readonly partitions: 1;
  readonly replicas: number;
  readonly device: BatchedTrainer['device'];
  readonly seed: number;
  /** Environment steps, and updates, of each replica. */
  readonly steps: number;
  readonly updates: number;
  /** Mean over the replicas, its 95 % interval, and each replica's own; `episodes` each. */
  readonly evaluation: { readonly meanReturn: number; readonly interval: readonly [number, number]; readonly episodes: number; readonly replicas: readonly { readonly seed: number; readonly meanReturn: number }[] };
  readonly random: { readonly meanReturn: number };
  /** None: replicas read nothing of one another. */
  readonly staleness: { readonly median: 0; readonly max: 0 };
  readonly weightsSha256: string;
  readonly runFolder: string;
}

/** Trains a batch of networks on one device. */
export const batched: Scenario = {
  name: NAME,
  formerly: ['dense'],
  summary: 'train many networks at once, one per seed, as batched tensors on a GPU or a CPU',
  table: BATCHED,
  commands: [CONFIG, FINAL],
  async run(input) {
    const trainer = await createBatchedTrainer(input.options);
    const { settings, device } = trainer;
    process.stderr.write(`device ${colours.bold(device.name)}: ${device.adapter} (${device.reason})\n`);
    try {
      const folder = createRunFolder(input.out ?? freeRunPath('runs', runFolderName(NAME, settings.seed, new Date())), { warn });
      return await finishing(() => trainInto(trainer, folder, input), () => { folder.close(); }); // a failed run keeps what it measured
    } finally {
      await trainer.close();
    }
  },
};

async function trainInto(trainer: BatchedTrainer, folder: RunFolder, input: ScenarioInput): Promise<number> {
  folder.write('config', trainer.settings);
  const report = await train(trainer, folder, input);
  const result = await conclude(trainer, folder, report, input);
  print(result);
  if (input.json) console.log(JSON.stringify(result));
  return result.status === 'interrupted' ? 130 : 0;
}

async function train(trainer: BatchedTrainer, folder: RunFolder, { interrupt }: ScenarioInput): Promise<BatchedReport> {
  const { environment, rule, replicas, steps } = trainer.settings;
  const bar = createProgressBar(`${environment} ${rule.name} ×${replicas} on ${trainer.device.name}`, steps);
  const begin = performance.now();
  trainer.on('episode', (episode) => { folder.log('metrics', { type: 'episode', ...episode }); });
  trainer.on('progress', ({ step, runningReturn, episodes }) => { bar.update(step, runningReturn, episodes); });
  trainer.on('metrics', (metrics) => {
    folder.log('metrics', { type: 'metrics', ...metrics });
    folder.log('timing', { step: metrics.step, seconds: (performance.now() - begin) / 1000 });
    folder.flush();
  });
  try {
    return await trainer.run({ signal: interrupt });
  } finally {
    bar.stop();
  }
}

/** Saves the weights before the evaluation: a second Ctrl-C loses only the evaluation. */
async function conclude(trainer: BatchedTrainer, folder: RunFolder, { seconds, stepsPerSecond, updatesPerSecond }: BatchedReport, { episodes = EPISODES, interrupt }: ScenarioInput): Promise<DenseResult> {
  const { settings: { environment, rule, replicas, seed }, device } = trainer;
  const weightsSha256 = folder.write('weights', await trainer.encodeWeights());
  const evaluation = await trainer.evaluate({ episodes: interrupt.aborted ? Math.min(episodes, 5) : episodes });
  const { meanReturn, interval } = evaluation;
  const played = evaluation.replicas[0].episodes;
  const result: DenseResult = {
    scenario: NAME,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment,
    rule: rule.name,
    schedule: 'synchronous',
    partitions: 1,
    replicas,
    device,
    seed,
    steps: trainer.step,
    updates: trainer.updates,
    evaluation: { meanReturn, interval, episodes: played, replicas: returnsOf(evaluation) },
    random: { meanReturn: trainer.evaluateRandomPolicy({ episodes: played }).meanReturn },
    seconds,
    stepsPerSecond,
    updatesPerSecond,
    staleness: { median: 0, max: 0 },
    weightsSha256,
    runFolder: folder.path,
  };
  folder.settle();
  folder.write('result', result);
  return result;
}

const returnsOf = ({ replicas }: BatchedEvaluation) => replicas.map(({ seed, meanReturn }) => ({ seed, meanReturn }));

/** For people, on stderr: stdout is for machines. */
function print(result: DenseResult): void {
  const { environment, rule, replicas, seed, status, evaluation, random, device, runFolder } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const rate = (value: number) => Math.round(value).toLocaleString('en');
  const ends = evaluation.interval.map((end) => end.toFixed(1)).join(', ');
  const seeds = replicas === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + replicas - 1}`;
  if (process.stderr.isTTY) process.stderr.clearLine(0); // an interrupted progress bar may have left its line behind
  process.stderr.write([
    '',
    colours.bold(`${environment}: ${rule}, ${replicas} replica${replicas === 1 ? '' : 's'}, ${seeds}, ${status}`),
    line('evaluation', `${colours.green(evaluation.meanReturn.toFixed(1))} mean return [95 %: ${ends}] over replicas, ${evaluation.episodes} fresh episodes each, exploration off`),
    line('random policy', `${random.meanReturn.toFixed(1)} on the same episodes`),
    line('device', `${device.name}: ${device.adapter}`),
    line('training', `${rate(result.steps)} env steps and ${rate(result.updates)} updates of each replica in ${result.seconds.toFixed(1)} s`),
    line('speed', `${rate(result.stepsPerSecond)} env steps/s, ${rate(result.updatesPerSecond)} updates/s, all replicas together`),
    line('run folder', runFolder),
    '',
  ].join('\n'));
}
