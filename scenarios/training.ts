import { join } from 'node:path';

import { createProgressBar, createRunFolder, finishing, freeRunPath, reopenRunFolder, rescuing, RUN_FILES, runFolderName, stalenessBetween, type RunFolder } from '../src/entries/internals.js';
import { drawEpisodes, recordEpisodes } from '../src/entries/study.js';
import { InternalError, type LesionReport, type Evaluation, type RunReport, type Settings, type Trainer, type WorkerRestart } from '../src/index.js';
import { EPISODES } from './command-rows.js';
import { CHECKPOINT_EVERY, type RunNote } from './resumption.js';
import type { ScenarioInput } from './scenario.js';
import { printSummary } from './summary.js';
import { warn } from './warn.js';

/** What a training run came to; `--json` prints it and `result.json` keeps it. */
export interface TrainResult {
  readonly scenario: string;
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly algorithm: string;
  /** Of neuron-agents their learning rule; otherwise the algorithm. */
  readonly rule: string;
  /** How hidden neurons get their credit, if the algorithm leaves that open. */
  readonly credit?: string;
  readonly schedule: string;
  readonly time: Settings['time'];
  /** Of neuron-agents; of actor-learners, whose weights are not divided, their worker threads. */
  readonly partitions: number;
  /** Of DDPG, which has no partitions: threads for each update. */
  readonly threads?: number;
  /** Stepped at once by one network. */
  readonly environments: number;
  readonly seed: number;
  readonly steps: number;
  /** Environment step of the checkpoint that was resumed last; null without one. */
  readonly resumedAt: number | null;
  readonly evaluation: Evaluation;
  readonly random: { readonly meanReturn: number };
  /** Of a run with a lesion: its cost and the duration of recovery. */
  readonly lesion?: LesionReport;
  /** Of training, repeated steps excluded. The rates are those since the run was resumed. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  /** In virtual time. */
  readonly virtualSeconds?: number;
  readonly updateWindow: Settings['updateWindow'];
  /** False if staleness was not measured: all of it is 0 then. */
  readonly measureStaleness: boolean;
  readonly staleness: RunReport['staleness'];
  /** Under sampled inference: control ticks, age of actions, missed deadlines. */
  readonly actionTiming?: RunReport['actionTiming'];
  readonly perPartition: RunReport['partitions'];
  /** Workers that failed and were restarted, in training and evaluation, since the run was resumed. */
  readonly workerRestarts: readonly WorkerRestart[];
  /** Of actor-learners: how many there are, on each worker, and the updates that were lost to races. */
  readonly actors?: RunReport['actors'];
  /** The log of a recorded run; null if it was not recorded. */
  readonly journal: (NonNullable<RunReport['journal']> & { readonly bytesPerPartitionTick: number }) | null;
  readonly weightsSha256: string;
  /** Files in the run folder, with --record-activity. */
  readonly pictures?: readonly string[];
  readonly runFolder: string;
}

/** The fields of a result that are not common to all trainers. */
export interface TrainingLabels extends Pick<TrainResult, 'scenario' | 'algorithm' | 'rule' | 'credit' | 'schedule' | 'time' | 'partitions' | 'environments' | 'updateWindow' | 'measureStaleness' | 'threads'> {
  /** For the progress bar. */
  readonly title: string;
}

/** Trains, evaluates and leaves a run folder; closes the training whatever happens. @returns the exit status */
export async function trainAndClose(training: Trainer, labels: TrainingLabels, input: ScenarioInput): Promise<number> {
  try {
    return await trainInto(training, labels, input);
  } finally {
    await training.close();
  }
}

async function trainInto(training: Trainer, labels: TrainingLabels, input: ScenarioInput): Promise<number> {
  const folder = openFolder(training, labels, input);
  const course = resolveGoal(training, labels, input);
  const restarts: WorkerRestart[] = [];
  training.on('workerRestart', (restart) => restarts.push(restart));
  return finishing(async () => {
    const report = await trainWithProgress(training, labels, folder, course, input);
    const result = await conclude(training, labels, folder, { ...report, workerRestarts: restarts }, course, input);
    printSummary(result);
    if (input.json) console.log(JSON.stringify(result));
    return result.status === 'interrupted' ? 130 : 0;
  }, () => { folder.close(); }); // a failed run keeps what it measured
}

/** A new folder with the settings in it, or the resumed run's. */
function openFolder({ settings }: Trainer, { scenario }: TrainingLabels, { out, resumption: resume }: ScenarioInput): RunFolder {
  if (resume !== undefined) return reopenRunFolder(resume.lock, resume.checkpoint.step, resume.note.lines, resume.note.checkpoints);
  const folder = createRunFolder(out ?? freeRunPath('runs', runFolderName(scenario, settings.seed, new Date())), { warn });
  folder.write('config', settings);
  return folder;
}

/** Where the run goes, and how long it has been on the way. */
type RunGoal = Omit<RunNote, 'lines' | 'checkpoints'>;

/** What is asked for, or else what the resumed run was asked for, or else the default. */
function resolveGoal({ settings }: Trainer, { scenario }: TrainingLabels, { resumption: resume, checkpointEvery, episodes }: ScenarioInput): RunGoal {
  return {
    scenario,
    goal: resume?.goal ?? settings.steps,
    checkpointEvery: checkpointEvery ?? resume?.note.checkpointEvery ?? CHECKPOINT_EVERY,
    episodes: episodes ?? resume?.note.episodes ?? EPISODES,
    seconds: resume?.note.seconds ?? 0,
  };
}

async function trainWithProgress(training: Trainer, { title, measureStaleness }: TrainingLabels, folder: RunFolder, course: RunGoal, { interrupt, record }: ScenarioInput): Promise<RunReport> {
  const first = training.step;
  const { goal } = course;
  const bar = createProgressBar(`${training.settings.environment} ${title}`, goal, first);
  const begin = performance.now();
  const seconds = () => course.seconds + (performance.now() - begin) / 1000;
  training.on('episode', (episode) => {
    folder.log('metrics', { type: 'episode', ...episode });
  });
  training.on('progress', ({ step, runningReturn, episodes: ended }) => {
    bar.update(step, runningReturn, ended);
  });
  const stretch = createStretches(training);
  training.on('workerRestart', (workerRestart) => {
    folder.log('timing', { step: training.step, seconds: seconds(), workerRestart });
  });
  training.on('metrics', (metrics) => {
    folder.log('metrics', { type: 'metrics', ...metrics });
    folder.log('timing', { step: metrics.step, seconds: seconds(), ...(measureStaleness && stretch()) });
    folder.flush();
  });
  const keep = keepCheckpoints(training, folder, () => ({ ...course, seconds: seconds() }));
  const recording = record ? { record: join(folder.path, RUN_FILES.journal) } : {};
  const train = () => {
    keep();
    const { checkpointEvery, episodes } = course;
    return first < goal ? training.run({ steps: goal - first, signal: interrupt, checkpointEvery, episodes, ...recording }) : reportOf(training, episodes);
  };
  const saveWeights = () => { folder.write('weights', training.encodeWeights()); };
  return finishing(() => rescuing(async () => train(), saveWeights), () => { bar.stop(); }); // a run that fails leaves them as far as they got
}

/** @returns what tells the staleness since it was asked last; resumed runs begin with the step they were resumed at */
function createStretches(training: Trainer): () => ReturnType<Trainer['staleness']> {
  let before = training.staleness();
  return () => {
    const [earlier, now] = [before, training.staleness()];
    before = now;
    return {
      staleness: stalenessBetween(earlier.staleness, now.staleness),
      partitions: now.partitions.map((each, partition) => stalenessBetween(earlier.partitions[partition], each)),
    };
  };
}

/** The report of no step at all: for a run that was killed behind its last one. */
function reportOf(training: Trainer, episodes: number): Promise<RunReport> {
  return training.run({ steps: 1, signal: AbortSignal.abort(), episodes });
}

/** @returns what takes one now, unless there is one of this step */
function keepCheckpoints(training: Trainer, folder: RunFolder, course: () => RunGoal): () => void {
  const { checkpointEvery } = course();
  let saved = training.step > 0 ? training.step : undefined; // the checkpoint that was resumed from
  const keep = () => {
    if (checkpointEvery === 0 || training.step === saved) return;
    saved = training.step;
    const checkpoints = [...folder.checkpoints, saved];
    folder.saveCheckpoint(saved, training.encodeCheckpoint({ ...course(), goal: Math.max(course().goal, saved), lines: folder.settle(), checkpoints } satisfies RunNote));
  };
  training.on('checkpoint', keep);
  return keep;
}

/** Saves the weights first and evaluates afterwards: an impatient second Ctrl-C loses no more than the evaluation. */
async function conclude(training: Trainer, labels: TrainingLabels, folder: RunFolder, report: RunReport, { episodes, seconds }: RunGoal, { resumption: resume, interrupt, recordActivity }: ScenarioInput): Promise<TrainResult> {
  const { settings } = training;
  const { scenario, algorithm, rule, credit, schedule, time, partitions, environments, updateWindow, measureStaleness, threads } = labels;
  const weightsSha256 = folder.write('weights', training.encodeWeights());
  const evaluation = await training.evaluate(interrupt.aborted ? { episodes: Math.min(episodes, 20) } : { episodes, signal: interrupt });
  const result: TrainResult = {
    scenario,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: settings.environment,
    algorithm,
    rule,
    ...(credit !== undefined && { credit }),
    schedule,
    time,
    partitions,
    ...(threads !== undefined && { threads }),
    environments,
    seed: settings.seed,
    steps: training.step,
    resumedAt: resume?.checkpoint.step ?? null,
    evaluation,
    random: { meanReturn: training.evaluateRandomPolicy({ episodes: evaluation.episodes }).meanReturn },
    ...(report.lesion !== undefined && { lesion: report.lesion }),
    seconds: seconds + report.seconds,
    stepsPerSecond: report.stepsPerSecond,
    updatesPerSecond: report.updatesPerSecond,
    updatesPerStep: report.updatesPerStep,
    ...(report.virtualSeconds !== undefined && { virtualSeconds: report.virtualSeconds }),
    updateWindow,
    measureStaleness,
    staleness: report.staleness,
    ...(report.actionTiming !== undefined && { actionTiming: report.actionTiming }),
    perPartition: report.partitions,
    workerRestarts: report.workerRestarts,
    ...(report.actors !== undefined && { actors: report.actors }),
    journal: report.journal ? { ...report.journal, bytesPerPartitionTick: report.journal.bytes / Math.max(1, report.journal.partitionTicks) } : null,
    weightsSha256,
    ...(recordActivity && { pictures: await drawInto(training, folder) }),
    runFolder: folder.path,
  };
  folder.settle();
  folder.write('result', result); // the last: where it is, all files are whole
  return result;
}

/** Watches an episode and draws it. @returns the names of the pictures */
async function drawInto(training: Trainer, folder: RunFolder): Promise<string[]> {
  if (training.recordEpisode === undefined) throw new InternalError('this training cannot be watched');
  const { environment, seed } = training.settings;
  const drawn = await drawEpisodes(recordEpisodes(training.recordEpisode.bind(training)), `${environment}, seed ${seed}, after ${training.step.toLocaleString('en')} steps`);
  return (['voltages', 'activity', 'connections'] as const).map((picture) => {
    folder.write(picture, drawn[picture]);
    return RUN_FILES[picture];
  });
}
