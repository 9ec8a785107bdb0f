import {
  createProgressBar,
  createRunFolder,
  createSimulation,
  freeRunPath,
  resolveSettings,
  runFolderName,
  type Evaluation,
  type RunFolder,
  type RunReport,
  type Settings,
  type Simulation,
} from '../src/index.js';
import { SIMULATION_FLAGS } from './options.js';
import { EPISODES, type Scenario, type ScenarioInput } from './scenario.js';
import { printSummary } from './summary.js';

/** What a training run came to; `--json` prints it and `result.json` keeps it. */
export interface TrainResult {
  readonly scenario: 'train';
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly rule: string;
  readonly schedule: string;
  readonly partitions: number;
  readonly seed: number;
  readonly steps: number;
  readonly evaluation: Evaluation;
  readonly random: { readonly meanReturn: number };
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

/** The main job: trains one network on one task, and leaves a run folder. */
export const train: Scenario = {
  name: 'train',
  summary: 'train a network of neuron-agents on one task (the default)',
  flags: SIMULATION_FLAGS,
  defaults: resolveSettings(),
  async run(input) {
    const simulation = await createSimulation(input.options);
    try {
      return await trainInto(simulation, input);
    } finally {
      await simulation.close();
    }
  },
};

async function trainInto(simulation: Simulation, input: ScenarioInput): Promise<number> {
  const name = runFolderName('train', simulation.settings.seed, new Date());
  const folder = createRunFolder(input.out ?? freeRunPath('runs', name));
  folder.write('config', simulation.settings);
  try {
    const report = await trainWithProgress(simulation, folder, input);
    const result = await conclude(simulation, folder, report, input);
    printSummary(result);
    if (input.json) console.log(JSON.stringify(result));
    return result.status === 'interrupted' ? 130 : 0;
  } finally {
    folder.flush(); // a failed run keeps what it measured
  }
}

async function trainWithProgress(simulation: Simulation, folder: RunFolder, { interrupt }: ScenarioInput): Promise<RunReport> {
  const { environment, rule, schedule, partitions, steps } = simulation.settings;
  const bar = createProgressBar(`${environment} ${rule.name} ${schedule}×${partitions}`, steps);
  const begin = performance.now();
  simulation.on('episode', (episode) => {
    folder.log('metrics', { type: 'episode', ...episode });
  });
  simulation.on('progress', ({ step, runningReturn, episodes }) => {
    bar.update(step, runningReturn, episodes);
  });
  simulation.on('metrics', (metrics) => {
    folder.log('metrics', { type: 'metrics', ...metrics });
    folder.log('timing', { step: metrics.step, seconds: (performance.now() - begin) / 1000, ...simulation.staleness() });
    folder.flush();
  });
  try {
    return await simulation.run({ steps, signal: interrupt });
  } catch (error) {
    folder.write('weights', simulation.encodeWeights()); // as far as they got
    throw error;
  } finally {
    bar.stop();
  }
}

/** Saves the weights first and evaluates afterwards: an impatient second Ctrl-C loses no more than the evaluation. */
async function conclude(simulation: Simulation, folder: RunFolder, report: RunReport, { episodes = EPISODES, interrupt }: ScenarioInput): Promise<TrainResult> {
  const { settings } = simulation;
  const weightsSha256 = folder.write('weights', simulation.encodeWeights());
  const evaluation = await simulation.evaluate({ episodes: interrupt.aborted ? Math.min(episodes, 20) : episodes, signal: interrupt });
  const { median, max, reads, helped } = report.staleness;
  const result: TrainResult = {
    scenario: 'train',
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: settings.environment,
    rule: settings.rule.name,
    schedule: settings.schedule,
    partitions: settings.partitions,
    seed: settings.seed,
    steps: simulation.step,
    evaluation,
    random: { meanReturn: simulation.evaluateRandomPolicy({ episodes: evaluation.episodes }).meanReturn },
    seconds: report.seconds,
    stepsPerSecond: report.stepsPerSecond,
    updatesPerSecond: report.updatesPerSecond,
    updatesPerStep: report.updatesPerStep,
    rateLimit: settings.rateLimit,
    staleness: { median, max, reads, helped },
    perPartition: report.partitions,
    weightsSha256,
    runFolder: folder.path,
  };
  folder.write('result', result);
  return result;
}
