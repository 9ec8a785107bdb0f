import { join } from 'node:path';

import { createProgressBar, createRunFolder, finishing, freeRunPath, reopenRunFolder, rescuing, RUN_FILES, runFolderName, stalenessBetween, wrongValue, type RunFolder } from '../src/entries/internals.js';
import { drawEpisodes, recordEpisodes } from '../src/entries/study.js';
import { InternalError, type RunReport, type Trainer, type WorkerRestart } from '../src/index.js';
import { DEFAULT_ALGORITHM, EPISODES } from './command-rows.js';
import { CHECKPOINT_EVERY, type RunNote } from './resumption.js';
import type { ScenarioInput } from './scenario.js';
import { printSummary } from './summary.js';
import { namedRestart, placeResults, type ResultLabels, type TrainResult } from './train-result.js';
import { warn } from './warn.js';

/** @throws RangeError where no worker may be terminated */
export function checkKilling({ killWorkerEvery, record }: ScenarioInput, time: TrainResult['time']): void {
  if (killWorkerEvery > 0 && record) throw wrongValue('killWorkerEvery', '0 in a recorded run: a restarted worker cannot continue its log', killWorkerEvery);
  if (killWorkerEvery > 0 && time === 'virtual') throw wrongValue('killWorkerEvery', '0 in virtual time: its state is not in shared memory', killWorkerEvery);
}

/** Trains, evaluates and leaves a run folder; closes the training whatever happens. @returns the exit status */
export async function trainAndClose(training: Trainer, labels: ResultLabels, input: ScenarioInput): Promise<number> {
  try {
    return await trainInto(training, labels, input);
  } finally {
    await training.close();
  }
}

async function trainInto(training: Trainer, labels: ResultLabels, input: ScenarioInput): Promise<number> {
  const folder = openFolder(training, labels, input);
  const course = resolveGoal(training, labels, input);
  const restarts: WorkerRestart[] = [];
  training.on('workerRestart', (restart) => restarts.push(restart));
  return finishing(async () => {
    const report = await trainWithProgress(training, labels, folder, course, input);
    const result = await conclude(training, labels, folder, { ...report, workerRestarts: restarts }, course, input);
    printSummary(result);
    warnOfNoUpdate(training, report, input);
    if (input.json) console.log(JSON.stringify(result));
    return result.status === 'interrupted' ? 130 : 0;
  }, () => { folder.close(); }); // a failed run keeps what it measured
}

/** A run that ends within its warm-up has learned nothing, which its numbers alone do not show. */
function warnOfNoUpdate({ settings, step }: Trainer, { steps, updatesPerStep }: RunReport, { interrupt }: ScenarioInput): void {
  const warmup = 'warmup' in settings.learning ? Number(settings.learning.warmup) : 0;
  if (interrupt.aborted || warmup === 0 || steps === 0 || updatesPerStep > 0) return;
  warn(`no update was made: ${warmup.toLocaleString('en')} environment steps come before the first update (--warmup), and the run had ${step.toLocaleString('en')} (--steps)`);
}

/** A new folder with the settings in it, or the resumed run's. */
function openFolder({ settings }: Trainer, { scenario, algorithm }: ResultLabels, { out, resumption: resume }: ScenarioInput): RunFolder {
  if (resume !== undefined) return reopenRunFolder(resume.lock, resume.checkpoint.step, resume.note.lines, resume.note.checkpoints);
  const folder = createRunFolder(out ?? freeRunPath('runs', runFolderName(scenario, settings.seed, new Date())), { warn });
  folder.write('config', algorithm === DEFAULT_ALGORITHM ? settings : { algorithm, ...settings });
  return folder;
}

/** The goal of the run, and its duration so far. */
type RunGoal = Omit<RunNote, 'lines' | 'checkpoints'>;

/** As given, or else as the resumed run had it, or else the default. */
function resolveGoal({ settings }: Trainer, { scenario }: ResultLabels, { resumption: resume, checkpointEvery, episodes }: ScenarioInput): RunGoal {
  return {
    scenario,
    goal: resume?.goal ?? settings.steps,
    checkpointEvery: checkpointEvery ?? resume?.note.checkpointEvery ?? CHECKPOINT_EVERY,
    episodes: episodes ?? resume?.note.episodes ?? EPISODES,
    seconds: resume?.note.seconds ?? 0,
  };
}

/** For the progress bar. */
function titleOf({ rule, schedule, time, threads, partitions, workers = partitions }: ResultLabels): string {
  return threads === undefined ? `${rule} ${schedule}×${workers}${time === 'virtual' ? ', virtual time' : ''}` : rule;
}

async function trainWithProgress(training: Trainer, labels: ResultLabels, folder: RunFolder, course: RunGoal, { interrupt, record }: ScenarioInput): Promise<RunReport> {
  const first = training.step;
  const { goal } = course;
  const { measureStaleness } = labels;
  const bar = createProgressBar(`${training.settings.environment} ${titleOf(labels)}`, goal, first);
  const begin = performance.now();
  const seconds = () => course.seconds + (performance.now() - begin) / 1000;
  training.on('episode', (episode) => {
    folder.log('metrics', { type: 'episode', ...episode });
  });
  training.on('progress', ({ step, runningReturn, episodes: ended }) => {
    bar.update(step, runningReturn, ended);
  });
  const stretch = createStretches(training, labels);
  training.on('workerRestart', (restart) => {
    folder.log('timing', { step: training.step, seconds: seconds(), workerRestart: namedRestart(restart, labels) });
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
  return finishing(() => rescuing(async () => train(), saveWeights), () => { bar.stop(); }); // a failed run leaves its last weights
}

/** @returns the staleness since the previous call; a resumed run starts at the step of its checkpoint */
function createStretches(training: Trainer, { workers }: ResultLabels): () => object {
  let before = training.staleness();
  return () => {
    const [earlier, now] = [before, training.staleness()];
    before = now;
    return {
      staleness: stalenessBetween(earlier.staleness, now.staleness),
      [workers === undefined ? 'partitions' : 'workers']: now.partitions.map((each, partition) => stalenessBetween(earlier.partitions[partition], each)),
    };
  };
}

/** The report of no step: for a run that was killed after its last one. */
function reportOf(training: Trainer, episodes: number): Promise<RunReport> {
  return training.run({ steps: 1, signal: AbortSignal.abort(), episodes });
}

/** @returns a function that takes a checkpoint, unless there is one of this step */
function keepCheckpoints(training: Trainer, folder: RunFolder, course: () => RunGoal): () => void {
  const { checkpointEvery } = course();
  let saved = training.step > 0 ? training.step : undefined; // of the checkpoint that was resumed
  const keep = () => {
    if (checkpointEvery === 0 || training.step === saved) return;
    saved = training.step;
    const checkpoints = [...folder.checkpoints, saved];
    folder.saveCheckpoint(saved, training.encodeCheckpoint({ ...course(), goal: Math.max(course().goal, saved), lines: folder.settle(), checkpoints } satisfies RunNote));
  };
  training.on('checkpoint', keep);
  return keep;
}

/** Saves the weights before the evaluation: a second Ctrl-C loses only the evaluation. */
async function conclude(training: Trainer, labels: ResultLabels, folder: RunFolder, report: RunReport, { episodes, seconds }: RunGoal, { resumption: resume, interrupt, recordActivity }: ScenarioInput): Promise<TrainResult> {
  const { settings } = training;
  const weightsSha256 = folder.write('weights', training.encodeWeights());
  const evaluation = await training.evaluate(interrupt.aborted ? { episodes: Math.min(episodes, 20) } : { episodes, signal: interrupt });
  const result: TrainResult = {
    ...labels,
    status: interrupt.aborted ? 'interrupted' : 'finished',
    environment: settings.environment,
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
    staleness: report.staleness,
    ...(report.actionTiming !== undefined && { actionTiming: report.actionTiming }),
    ...placeResults(report),
    workerRestarts: report.workerRestarts.map((restart) => namedRestart(restart, labels)),
    journal: report.journal ? { ...report.journal, bytesPerPartitionTick: report.journal.bytes / Math.max(1, report.journal.partitionTicks) } : null,
    weightsSha256,
    ...(recordActivity && { pictures: await drawInto(training, folder) }),
    runFolder: folder.path,
  };
  folder.settle();
  folder.write('result', result); // the last file: if it exists, all files are whole
  return result;
}

/** Records and draws episodes. @returns the names of the pictures */
async function drawInto(training: Trainer, folder: RunFolder): Promise<string[]> {
  if (training.recordEpisode === undefined) throw new InternalError('this trainer records no episodes');
  const { environment, seed } = training.settings;
  const drawn = await drawEpisodes(recordEpisodes(training.recordEpisode.bind(training)), `${environment}, seed ${seed}, after ${training.step.toLocaleString('en')} steps`);
  return (['voltages', 'activity', 'connections'] as const).map((picture) => {
    folder.write(picture, drawn[picture]);
    return RUN_FILES[picture];
  });
}
