import { estimate, type Estimate } from './estimate.js';
import { FEW_SEEDS, listed, score, withInterval } from './format.js';
import { isGain } from './half-gain.js';
import type { Report, Row } from './study.js';
import { mean } from '../telemetry/statistics.js';
import type { TrialResult } from './trial.js';

/** Which arm has the highest return on each task, and how much less the others have. */
export function defaultFindings<R extends Row>({ entries }: Pick<Report<object, R>, 'entries'>): string[] {
  const environments = [...new Set(entries.map(({ row }) => row.environment))];
  return environments.flatMap((environment) => {
    const known = entries.filter(({ row }) => row.environment === environment && row.returns !== null);
    const sorted = known.toSorted((a, b) => (b.row.returns?.mean ?? 0) - (a.row.returns?.mean ?? 0));
    const best = sorted.at(0);
    if (best === undefined) return [];
    const gaps = sorted.slice(1).map((other) => `${other.row.label} ${withInterval(other.row.returns)}${describeGap(gap(best.results, other.results))}`);
    const learned = isGain(gains(best.results));
    const random = best.row.randomReturn === null ? '' : ` (random policy ${score(best.row.randomReturn)})`;
    if (!learned) return [`On ${environment} no algorithm has learned: the best, ${best.row.label}, has a mean return of ${withInterval(best.row.returns)}, which is no clear gain over the random policy${best.row.randomReturn === null ? '' : `'s ${score(best.row.randomReturn)}`}.`];
    return [`On ${environment}, ${best.row.label} has the highest mean return, ${withInterval(best.row.returns)}${random}${gaps.length === 0 ? '' : `; ${listed(gaps)}`}.`];
  });
}

/** Return over the random policy's on the same episodes, by seed. */
function gains(results: readonly TrialResult[]): number[] {
  return results.flatMap(({ failure, returns, randomReturn }) => (failure !== null || randomReturn === null ? [] : [mean(returns) - randomReturn]));
}

/** Difference of two arms from the same seeds. */
function gap(better: readonly TrialResult[], other: readonly TrialResult[]): Estimate | null {
  return estimate(better.flatMap(({ trial, failure, returns }) => {
    const found = other.find((each) => each.trial.seed === trial.seed && each.failure === null);
    return failure !== null || found === undefined ? [] : [mean(returns) - mean(found.returns)];
  }));
}

function describeGap(found: Estimate | null): string {
  if (found === null) return '';
  if (found.values.length < FEW_SEEDS) return ` (${score(found.mean)} less; too few seeds for a verdict)`;
  return found.interval[0] > 0 ? ` (${withInterval(found)} less, paired by seed)` : ' (no clear difference)';
}
