import {
  createProgressBar,
  createRunFolder,
  freeRunPath,
  runFolderName,
  type DeathReport,
  type Evaluation,
  type RunFolder,
  type RunReport,
  type Settings,
  type Training,
} from '../src/index.js';
import { EPISODES, type ScenarioInput } from './scenario.js';
import { printSummary } from './summary.js';

/** What a training run came to; `--json` prints it and `result.json` keeps it. */
export interface TrainResult {
  readonly scenario: string;
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly rule: string;
  readonly schedule: string;
  readonly partitions: number;
  readonly seed: number;
  readonly steps: number;
  readonly evaluation: Evaluation;
  readonly random: { readonly meanReturn: number };
  /** Where neurons have died: what was lost, and how long recovery took. */
  readonly death?: DeathReport;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  readonly rateLimit: Settings['rateLimit'];
  readonly staleness: { readonly median: number; readonly max: number; readonly reads: number; readonly helped: number };
  readonly perPartition: RunReport['partitions'];
  readonly weightsSha256: string;
  readonly runFolder: string;
}

/** What a result says of a run besides what every kind of training can tell of itself. */
export interface TrainingLabels extends Pick<TrainResult, 'scenario' | 'rule' | 'schedule' | 'partitions' | 'rateLimit'> {
  /** For the progress bar. */
  readonly title: string;
}

/** Trains, evaluates and leaves a run folder; closes the training whatever happens. @returns the exit status */
export async function trainAndClose(training: Training, labels: TrainingLabels, input: ScenarioInput): Promise<number> {
  try {
    return await trainInto(training, labels, input);
  } finally {
    await training.close();
  }
}

async function trainInto(training: Training, labels: TrainingLabels, input: ScenarioInput): Promise<number> {
  const name = runFolderName(labels.scenario, training.settings.seed, new Date());
  const folder = createRunFolder(input.out ?? freeRunPath('runs', name));
  folder.write('config', training.settings);
  try {
    const report = await trainWithProgress(training, labels, folder, input);
    const result = await conclude(training, labels, folder, report, input);
    printSummary(result);
    if (input.json) console.log(JSON.stringify(result));
    return result.status === 'interrupted' ? 130 : 0;
  } finally {
    folder.flush(); // a failed run keeps what it measured
  }
}

async function trainWithProgress(training: Training, { title }: TrainingLabels, folder: RunFolder, { episodes = EPISODES, interrupt }: ScenarioInput): Promise<RunReport> {
  const { environment, steps } = training.settings;
  const bar = createProgressBar(`${environment} ${title}`, steps);
  const begin = performance.now();
  training.on('episode', (episode) => {
    folder.log('metrics', { type: 'episode', ...episode });
  });
  training.on('progress', ({ step, runningReturn, episodes: ended }) => {
    bar.update(step, runningReturn, ended);
  });
  training.on('metrics', (metrics) => {
    folder.log('metrics', { type: 'metrics', ...metrics });
    folder.log('timing', { step: metrics.step, seconds: (performance.now() - begin) / 1000, ...training.staleness() });
    folder.flush();
  });
  try {
    return await training.run({ steps, signal: interrupt, episodes });
  } catch (error) {
    folder.write('weights', training.encodeWeights()); // as far as they got
    throw error;
  } finally {
    bar.stop();
  }
}

/** Saves the weights first and evaluates afterwards: an impatient second Ctrl-C loses no more than the evaluation. */
async function conclude(training: Training, labels: TrainingLabels, folder: RunFolder, report: RunReport, { episodes = EPISODES, interrupt }: ScenarioInput): Promise<TrainResult> {
  const { settings } = training;
  const { scenario, rule, schedule, partitions, rateLimit } = labels;
  const weightsSha256 = folder.write('weights', training.encodeWeights());
  const evaluation = await training.evaluate({ episodes: interrupt.aborted ? Math.min(episodes, 20) : episodes, signal: interrupt });
  const { median, max, reads, helped } = report.staleness;
  const result: TrainResult = {
    scenario,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: settings.environment,
    rule,
    schedule,
    partitions,
    seed: settings.seed,
    steps: training.step,
    evaluation,
    random: { meanReturn: training.evaluateRandomPolicy({ episodes: evaluation.episodes }).meanReturn },
    ...(report.death !== undefined && { death: report.death }),
    seconds: report.seconds,
    stepsPerSecond: report.stepsPerSecond,
    updatesPerSecond: report.updatesPerSecond,
    updatesPerStep: report.updatesPerStep,
    rateLimit,
    staleness: { median, max, reads, helped },
    perPartition: report.partitions,
    weightsSha256,
    runFolder: folder.path,
  };
  folder.write('result', result);
  return result;
}
