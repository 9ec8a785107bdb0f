import { bootstrapInterval, mean, median } from '../telemetry/statistics.js';
import { asyncLabel, DDPG, MEASURED_UPDATES, timingLabel, type AsyncStudySettings } from './async-settings.js';
import { TASK_SCORES } from './task-scores.js';
import { isGain, summariseGain, type GainSummary, type SeedReturns } from './half-gain.js';
import { orNull } from './summary.js';
import { algorithmOf, trialOptions, type CurvePoint, type Trial, type TrialResult } from './trial.js';

/** How long something took: the median of the trials that got there. */
export interface Reach {
  /** Trials that got there. */
  readonly reached: number;
  readonly steps: number | null;
  /** Virtual time: 1 is one update without delay. */
  readonly time: number | null;
  /** What barriers would have taken at the same delay. */
  readonly barrierTime: number | null;
}

/** What an algorithm came to at one delay. */
export interface DelayRow {
  readonly label: string;
  /** In updates; null: the reference, with barriers and no delay. */
  readonly delay: number | null;
  /** Trials that have a return, and how many of them diverged: their return is the random policy's. */
  readonly seeds: number;
  readonly diverged: number;
  /** At the end, per seed; their mean, and its 95 % bootstrap interval. */
  readonly returns: readonly number[];
  readonly meanReturn: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  /** Virtual time of the whole run, and what barriers take at this delay. */
  readonly time: number | null;
  readonly barrierTime: number | null;
  /** To the first evaluation that is half way from the random policy to the reference, and to the task's threshold; null where there is no such level, or no gain to be half way of. */
  readonly halfWay: Reach | null;
  readonly threshold: Reach | null;
}

/** What delays mean to one algorithm. */
export interface AsyncRow {
  readonly algorithm: string;
  /** Mean return of the random policy on the same episodes. */
  readonly randomReturn: number | null;
  readonly reference: DelayRow;
  readonly delays: readonly DelayRow[];
  /** Over the seeds of which all trials have ended; null where there are none. */
  readonly gain: GainSummary | null;
}

/** One row for each algorithm that has a result. */
export function summariseAsync(settings: AsyncStudySettings, results: readonly TrialResult[]): AsyncRow[] {
  return settings.algorithms.flatMap((algorithm) => {
    const own = results.filter(({ trial }) => trial.algorithm === algorithm);
    return own.some(({ trial }) => trial.label === asyncLabel(algorithm, null)) ? [summariseAlgorithm(settings, algorithm, own)] : [];
  });
}

function summariseAlgorithm({ environment, delays }: AsyncStudySettings, algorithm: string, results: readonly TrialResult[]): AsyncRow {
  const at = (delay: number | null) => results.filter(({ trial }) => trial.label === asyncLabel(algorithm, delay));
  const references = at(null);
  const randomReturn = orNull(references.flatMap((result) => result.randomReturn ?? []), mean);
  const gains = references.flatMap((result) => finalReturn(result).map((reached) => reached - (result.randomReturn ?? reached)));
  const level = isGain(gains) ? halfWayLevel(randomReturn, orNull(references.flatMap(finalReturn), mean)) : null;
  const threshold = TASK_SCORES[environment]?.threshold ?? null;
  const summarise = (delay: number | null): DelayRow => {
    const own = at(delay);
    const returns = own.flatMap(finalReturn);
    const pace = barrierPace(algorithm, delay ?? 0, results);
    const reach = (goal: number | null) => (goal === null ? null : summariseReach(goal, own, references, pace));
    return {
      label: asyncLabel(algorithm, delay),
      delay,
      seeds: returns.length,
      diverged: own.filter(hasDiverged).length,
      returns,
      meanReturn: orNull(returns, mean),
      interval: orNull(returns, (values) => bootstrapInterval(values)),
      time: orNull(wholeTimes(own), median),
      barrierTime: scaled(orNull(wholeTimes(references), median), pace),
      halfWay: reach(level),
      threshold: reach(threshold),
    };
  };
  const seeds = completeSeeds(references, delays.map(at));
  return { algorithm, randomReturn, reference: summarise(null), delays: delays.map(summarise), gain: seeds.length === 0 ? null : summariseGain(delays, seeds) };
}

/** Of a trial that diverged: the random policy's. Nothing of one whose worker crashed. */
function finalReturn(result: TrialResult): number[] {
  if (result.failure === null) return [mean(result.returns)];
  return hasDiverged(result) && result.randomReturn !== null ? [result.randomReturn] : [];
}

function hasDiverged({ failure }: TrialResult): boolean {
  return failure?.kind === 'diverged';
}

/** Half way from the random policy to what is learned without delay. */
function halfWayLevel(random: number | null, reference: number | null): number | null {
  return random === null || reference === null ? null : (random + reference) / 2;
}

/** Returns of the seeds of which every trial has one. */
function completeSeeds(references: readonly TrialResult[], delayed: readonly (readonly TrialResult[])[]): SeedReturns[] {
  return references.flatMap((reference) => {
    const ofSeed = (results: readonly TrialResult[]) => results.filter(({ trial }) => trial.seed === reference.trial.seed).flatMap(finalReturn);
    const [returns, alone] = [delayed.flatMap(ofSeed), ofSeed([reference]).at(0)];
    const isWhole = returns.length === delayed.length;
    return isWhole && alone !== undefined && reference.randomReturn !== null ? [{ random: reference.randomReturn, reference: alone, returns }] : [];
  });
}

/**
 * @param references trials with barriers: their weights are the same at all delays, and only their time is longer
 * @param pace how many times longer, at this delay
 */
function summariseReach(goal: number, results: readonly TrialResult[], references: readonly TrialResult[], pace: number | null): Reach {
  const points = results.flatMap((result) => firstAt(goal, result));
  return {
    reached: points.length,
    steps: orNull(points.map(({ step }) => step), median),
    time: orNull(points.map(({ time }) => time), median),
    barrierTime: scaled(orNull(references.flatMap((result) => firstAt(goal, result)).map(({ time }) => time), median), pace),
  };
}

function firstAt(goal: number, { trial, curve }: TrialResult): { step: number; time: number }[] {
  const point = curve.find(({ meanReturn }) => meanReturn >= goal);
  return point === undefined ? [] : [{ step: point.step, time: timeAt(trial, point) }];
}

/** Of the trials that got to their end. */
function wholeTimes(results: readonly TrialResult[]): number[] {
  return results.filter(({ failure }) => failure === null).flatMap(({ trial, curve }) => curve.slice(-1).map((point) => timeAt(trial, point)));
}

/** As measured, or where nobody measures it, the updates that are due by then: asynchronous workers deliver one gradient after another. */
function timeAt(trial: Trial, { step, virtualSeconds }: CurvePoint): number {
  if (virtualSeconds !== undefined) return virtualSeconds;
  const { learning } = algorithmOf(trial).resolve(trialOptions(trial));
  return Math.max(0, step - learning.warmup) * learning.updatesPerStep;
}

/**
 * Virtual time of one update with barriers at a delay: measured for rules; 1 + d for DDPG, whose next gradient is computed only once
 * the last one has come back.
 */
function barrierPace(algorithm: string, delay: number, results: readonly TrialResult[]): number | null {
  if (algorithm === DDPG) return 1 + delay;
  const timing = results.find(({ trial, failure }) => failure === null && trial.label === timingLabel(algorithm, delay));
  const seconds = timing?.curve.at(-1)?.virtualSeconds;
  return seconds === undefined ? null : seconds / MEASURED_UPDATES;
}

function scaled(time: number | null, pace: number | null): number | null {
  return time === null || pace === null ? null : time * pace;
}
