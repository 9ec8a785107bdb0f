import { createHash } from 'node:crypto';

import { isRecord } from '../check.js';
import { DivergenceError, InternalError } from '../errors.js';
import type { LesionReport } from '../simulation/training.js';
import type { RunReport, Trainer } from '../simulation/training.js';
import type { StalenessHistogram } from '../runtime/staleness-histogram.js';
import type { Staleness } from '../placement/partitioned/staleness.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import { mean } from '../telemetry/statistics.js';
import { findAlgorithm, type Algorithm, type Options } from './algorithm.js';

/** When a trial is evaluated, and on how many episodes. Exploration is off, and the episodes are a function of the seed. */
export interface EvaluationPlan {
  /** Environment steps between two points of the learning curve. */
  readonly every: number;
  /** Episodes of each point. */
  readonly episodes: number;
  /** Episodes at the end. */
  readonly final: number;
}

/** One run of one algorithm on one task from one seed: plain data, from which it can be repeated. */
export interface Trial {
  /** What tables call the algorithm with its options; often its name. */
  readonly label: string;
  /** Name of a rule or of another algorithm that can be trained. */
  readonly algorithm: string;
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  /** What differs from the defaults that the algorithm ships with for the task. */
  readonly options: Options;
  readonly evaluation: EvaluationPlan;
  /** Number of a repetition, for settings that do not give the same run twice. */
  readonly repeat?: number;
}

export interface CurvePoint {
  readonly step: number;
  readonly meanReturn: number;
  /** Seconds of training until then, under the schedule `virtual`. */
  readonly virtualSeconds?: number;
}

/** Times and staleness of a run with several partitions or in virtual time. */
export interface TimingReport {
  /** Seconds of training in virtual time; null in real time. */
  readonly virtualSeconds: number | null;
  /** Of each partition. */
  readonly updates: readonly number[];
  /** Ages of what partitions read. */
  readonly staleness: Pick<Staleness, 'reads' | 'median' | 'max' | 'helped'> & { readonly voltages: Pick<StalenessHistogram, 'histogram'> };
  /** Durations, if they were measured. */
  readonly times?: PhaseTimings;
}

export interface TrialFailure {
  /** `diverged`: a result like any other, the same at each repetition. `crashed`: anything else; worth another try. */
  readonly kind: 'diverged' | 'crashed';
  readonly message: string;
}

/** Result of a trial. */
export interface TrialResult {
  readonly trial: Trial;
  /** Of the trial and its complete settings; it identifies the trial. */
  readonly digest: string;
  /** Null if the trial finished. */
  readonly failure: TrialFailure | null;
  /** Environment steps taken. */
  readonly steps: number;
  /** The learning curve: from step 0 to the last, or to the failure. */
  readonly curve: readonly CurvePoint[];
  /** Returns of the final evaluation; empty if the trial failed. */
  readonly returns: readonly number[];
  /** Mean return of the random policy on the same episodes; null if it was not evaluated. */
  readonly randomReturn: number | null;
  /** Of training alone, evaluations left out. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
  readonly updatesPerSecond: number;
  /** After a lesion: the drop of the return and the time to recovery. */
  readonly lesion?: LesionReport;
  readonly timing?: TimingReport;
}

/** Progress of a trial. */
export interface TrialProgress {
  readonly step: number;
  /** Mean return of the last training episodes; null before the first. */
  readonly runningReturn: number | null;
}

export interface TrialOptions {
  /** Ends the trial without a result. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrialProgress) => void;
}

export function algorithmOf({ algorithm }: Pick<Trial, 'algorithm'>): Algorithm {
  const found = findAlgorithm(algorithm);
  if (found === undefined) throw new InternalError(`no algorithm is called ${algorithm}`);
  return found;
}

/** The options of a trial in full, as its algorithm takes them. */
export function trialOptions({ environment, seed, steps, options }: Pick<Trial, 'environment' | 'seed' | 'steps' | 'options'>): Options {
  return { ...options, environment, seed, steps };
}

/** The complete settings of a trial. */
export function trialSettings(trial: Pick<Trial, 'algorithm' | 'environment' | 'seed' | 'steps' | 'options'>): ReturnType<Algorithm['resolve']> {
  return algorithmOf(trial).resolve(trialOptions(trial));
}

/** SHA-256 of the trial and of the settings that it resolves to, in hexadecimal. Labels do not count. */
export function trialDigest(trial: Trial): string {
  const { algorithm, environment, seed, steps, evaluation, repeat } = trial;
  const settings = trialSettings(trial);
  return createHash('sha256').update(canonical({ algorithm, environment, seed, steps, evaluation, repeat, settings })).digest('hex');
}

/** JSON with the keys of every object in order, so that equal data give equal text. */
export function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

/** The result of a trial whose worker ended. */
export function crashedTrial(trial: Trial, message: string): TrialResult {
  return { ...resultOf(trial, startRecord()), failure: { kind: 'crashed', message } };
}

/**
 * Trains and evaluates by turns. Under the synchronous schedule the evaluations in between change nothing of the training.
 *
 * @returns the result, also after a failure; undefined if the signal ended the trial
 */
export async function runTrial(trial: Trial, { signal, onProgress }: TrialOptions): Promise<TrialResult | undefined> {
  const record = startRecord();
  let training: Trainer | undefined;
  try {
    training = await algorithmOf(trial).create(trialOptions(trial));
    training.on('progress', onProgress);
    record.randomReturn = training.evaluateRandomPolicy({ episodes: trial.evaluation.final }).meanReturn;
    return (await trainAndEvaluate(training, trial, record, signal)) ? resultOf(trial, record) : undefined;
  } catch (error) {
    record.steps = training?.step ?? 0;
    return { ...resultOf(trial, record), failure: describeFailure(error) };
  } finally {
    await training?.close();
  }
}

/** Measurements of a running trial. */
interface TrialRecord {
  steps: number;
  curve: CurvePoint[];
  returns: readonly number[];
  randomReturn: number | null;
  seconds: number;
  updates: number;
  lesion?: LesionReport;
  timing?: TimingReport;
}

function startRecord(): TrialRecord {
  return { steps: 0, curve: [], returns: [], randomReturn: null, seconds: 0, updates: 0 };
}

/** @returns false if the signal ended it */
async function trainAndEvaluate(training: Trainer, { steps, evaluation }: Trial, record: TrialRecord, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    if (isAborted(signal)) return false;
    const last = training.step >= steps;
    const known = record.lesion?.points.find(({ step }) => step === training.step); // measured within the run
    const { returns } = known !== undefined && !last ? { returns: [] } : await training.evaluate({ episodes: last ? Math.max(evaluation.final, evaluation.episodes) : evaluation.episodes, signal });
    if (isAborted(signal)) return false; // it may have been cut short
    record.steps = training.step;
    record.curve.push({ ...(known ?? { step: training.step, meanReturn: mean(returns.slice(0, evaluation.episodes)) }), ...virtualTime(record) });
    if (last) {
      record.returns = returns.slice(0, evaluation.final);
      return true;
    }
    const report = await training.run({ steps: Math.min(evaluation.every, steps - training.step), signal, episodes: evaluation.final });
    record.seconds += report.seconds;
    record.updates += report.updatesPerSecond * report.seconds;
    if (report.lesion !== undefined) record.lesion = report.lesion;
    noteTiming(record, report, training);
  }
}

/** Notes times and staleness, if the run has any. */
function noteTiming(record: TrialRecord, { virtualSeconds, staleness: { reads, median, max, helped, voltages }, partitions }: RunReport, training: Trainer): void {
  if (reads + helped === 0 && virtualSeconds === undefined) return;
  const times = training.phaseTimings?.();
  record.timing = {
    virtualSeconds: virtualSeconds === undefined ? null : (record.timing?.virtualSeconds ?? 0) + virtualSeconds,
    updates: partitions.map(({ updates }) => updates),
    staleness: { reads, median, max, helped, voltages },
    ...(times && { times }),
  };
}

function virtualTime({ timing }: TrialRecord): Pick<CurvePoint, 'virtualSeconds'> {
  return timing === undefined || timing.virtualSeconds === null ? {} : { virtualSeconds: timing.virtualSeconds };
}

/** Asked anew after every wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function resultOf(trial: Trial, { updates, ...measured }: TrialRecord): TrialResult {
  const perSecond = (count: number) => (measured.seconds === 0 ? 0 : count / measured.seconds);
  return {
    trial,
    digest: trialDigest(trial),
    failure: null,
    ...measured,
    samplesPerSecond: perSecond(measured.steps),
    updatesPerSecond: perSecond(updates),
  };
}

function describeFailure(error: unknown): TrialFailure {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return { kind: cause instanceof DivergenceError ? 'diverged' : 'crashed', message };
}
