import type { Table } from '../report/table.js';
import { lowestReturn, type DeathReport } from '../simulation/death.js';
import { bootstrapInterval, mean, median } from '../telemetry/statistics.js';
import { describeFate, describeShare, type DeathContender } from './death-settings.js';
import { isGain } from './half-gain.js';
import { orNull } from './summary.js';
import { interval, NOTHING, numeric, score, whole } from './tables.js';
import type { CurvePoint, TrialResult } from './trial.js';

/** What the death of a share of its hidden neurons meant to one algorithm. Numbers are null where no trial got to its end. */
export interface DeathRow extends DeathContender {
  /** Trials that got to their end, and that failed. */
  readonly seeds: number;
  readonly failures: number;
  /** Mean returns over seeds: of the random policy, immediately before the death, immediately after, the lowest from then on, and at the end. */
  readonly randomReturn: number | null;
  readonly before: number | null;
  readonly after: number | null;
  readonly lowest: number | null;
  readonly final: number | null;
  /** before - after, per seed; its mean, and the mean's 95 % bootstrap interval. */
  readonly losses: readonly number[];
  readonly loss: number | null;
  readonly lossInterval: readonly [low: number, high: number] | null;
  /** The mean of before - random, and its 95 % bootstrap interval; what had been learned, and so can be won back, where that lies above 0. */
  readonly gain: number | null;
  readonly gainInterval: readonly [low: number, high: number] | null;
  readonly learned: boolean;
  /** Environment steps from the death to recovery, per seed; null where it did not come within the run. */
  readonly recoveries: readonly (number | null)[];
  /** How many recovered, and the median of their steps; null where nothing had been learned. */
  readonly recovered: number | null;
  readonly recoverySteps: number | null;
}

/** One row for each contender that has a result. */
export function summariseDeaths(contenders: readonly DeathContender[], results: readonly TrialResult[]): DeathRow[] {
  return contenders.flatMap((contender) => {
    const own = results.filter(({ trial }) => trial.label === contender.label);
    return own.length === 0 ? [] : [summariseDeath(contender, own)];
  });
}

function summariseDeath(contender: DeathContender, results: readonly TrialResult[]): DeathRow {
  const deaths = results.flatMap(({ failure, death }) => (failure === null && death !== undefined ? [death] : []));
  const meanOf = (number: (death: DeathReport) => number) => orNull(deaths.map(number), mean);
  const losses = deaths.map(({ loss }) => loss);
  const recoveries = deaths.map(({ recoverySteps }) => recoverySteps);
  const known = recoveries.filter((steps) => steps !== null);
  const gains = deaths.map(({ before, randomReturn }) => before - randomReturn);
  const learned = isGain(gains);
  return {
    ...contender,
    seeds: deaths.length,
    failures: results.length - deaths.length,
    randomReturn: meanOf(({ randomReturn }) => randomReturn),
    before: meanOf(({ before }) => before),
    after: meanOf(({ after }) => after),
    lowest: meanOf(lowestReturn),
    final: meanOf(({ points, after }) => points.at(-1)?.meanReturn ?? after),
    losses,
    loss: orNull(losses, mean),
    lossInterval: orNull(losses, (values) => bootstrapInterval(values)),
    gain: orNull(gains, mean),
    gainInterval: orNull(gains, (values) => bootstrapInterval(values)),
    learned,
    recoveries,
    recovered: learned ? known.length : null,
    recoverySteps: learned ? orNull(known, median) : null,
  };
}

/**
 * What recovery took, per seed, for a mean; nothing where nothing had been learned. A trial that did not recover counts with all the steps that it had left, so that the mean
 * is at least this.
 */
export function leastRecoveries({ recoveries, learned }: DeathRow, left: number): number[] {
  return learned ? recoveries.map((steps) => steps ?? left) : [];
}

/** The evaluations of a trial by environment steps since the death: the return immediately before it at 0, that after it one step later. */
export function curveAroundDeath({ curve, death }: TrialResult, died: number): CurvePoint[] {
  const earlier = curve.filter(({ step }) => step < died);
  const around = death === undefined ? [] : [{ step: died, meanReturn: death.before }, { step: died + 1, meanReturn: death.after }, ...death.points];
  return [...earlier, ...around].map(({ step, meanReturn }) => ({ step: step - died, meanReturn }));
}

function describeRecovered({ seeds, recovered }: DeathRow): string {
  if (seeds === 0) return NOTHING;
  return recovered === null ? 'nothing learned' : `${recovered} of ${seeds}`;
}

export function deathTable(rows: readonly DeathRow[]): Table {
  return {
    columns: [{ name: 'algorithm' }, numeric('die'), { name: 'then' }, ...['seeds', 'failed', 'before', 'after', 'lost', '95 % interval', 'lowest', 'recovered', 'steps to recovery', 'at the end'].map(numeric)],
    rows: rows.map((row) => [
      row.algorithm,
      describeShare(row.share),
      describeFate(row.reborn),
      String(row.seeds),
      String(row.failures),
      score(row.before),
      score(row.after),
      score(row.loss),
      interval(row.lossInterval),
      score(row.lowest),
      describeRecovered(row),
      whole(row.recoverySteps),
      score(row.final),
    ]),
  };
}
