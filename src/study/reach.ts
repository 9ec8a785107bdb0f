import { median } from '../telemetry/statistics.js';
import { ifAny } from './estimate.js';
import { trialSettings, type CurvePoint, type Trial, type TrialResult } from './trial.js';

/** How long trials take to a level of return: medians of the trials that reach it. */
export interface Reach {
  /** Trials that reach it. */
  readonly reached: number;
  readonly steps: number | null;
  /** In virtual time. */
  readonly time: number | null;
}

/** Steps and virtual time to the first evaluation at or above a level. */
export function reachOf(level: number, results: readonly TrialResult[]): Reach {
  const points = results.flatMap(({ trial, curve }) => {
    const point = curve.find(({ meanReturn }) => meanReturn >= level);
    return point === undefined ? [] : [{ step: point.step, time: timeAt(trial, point) }];
  });
  return { reached: points.length, steps: ifAny(points.map(({ step }) => step), median), time: ifAny(points.map(({ time }) => time), median) };
}

/** Virtual time of whole trials: the median of those that finished. */
export function wholeTime(results: readonly TrialResult[]): number | null {
  return ifAny(results.filter(({ failure }) => failure === null).flatMap(({ trial, curve }) => curve.slice(-1).map((point) => timeAt(trial, point))), median);
}

/** Measured time, or, for a trial without a clock of its own, the updates that are due by then. */
function timeAt(trial: Trial, { step, virtualSeconds }: CurvePoint): number {
  if (virtualSeconds !== undefined) return virtualSeconds;
  const { warmup = 0, updatesPerStep = 1 } = trialSettings(trial).learning;
  return Math.max(0, step - warmup) * updatesPerStep;
}
