import { mean } from '../telemetry/statistics.js';
import { describeNetwork, leakyContenders, scheduleContenders, type LeakyContender, type LeakyNetwork, type LeakyStudySettings } from './leaky-settings.js';
import { estimate, joinAges, type AgeSummary, type Estimate } from './straggler-summary.js';
import { orNull } from './summary.js';
import type { TrialResult } from './trial.js';

/** Fewer seeds than this say nothing of a mean. */
const LEAST_SEEDS = 3;

/** What the interval of a gain says: above 0 as a whole, below it, or neither. */
export type Verdict = 'helps' | 'harms' | 'no clear difference';

/** What a network came to under a schedule. Numbers are null where no trial got to its end. */
export interface LeakyRow extends LeakyContender {
  /** Trials that have a return, and how many of them diverged: their return is the random policy's. */
  readonly seeds: number;
  readonly diverged: number;
  /** Of the final evaluation. */
  readonly returns: Estimate | null;
  /** Return less that of the memoryless network from the same seed under the same schedule; null for that network itself. */
  readonly gain: Estimate | null;
  /** Null where there are fewer than three seeds. */
  readonly verdict: Verdict | null;
  readonly randomReturn: number | null;
  /** Ages of the voltages that partitions read from one another; null where there is one. */
  readonly staleness: AgeSummary | null;
}

/** One row for each contender that has a result: the networks, and once all of these have ended, the best under the schedules. */
export function summariseLeaky(settings: LeakyStudySettings, results: readonly TrialResult[]): LeakyRow[] {
  const networks = summariseAll(leakyContenders(settings), results);
  const best = bestNetwork(networks);
  return best === undefined ? networks : [...networks, ...summariseAll(scheduleContenders(settings, best.network), results)];
}

function summariseAll(contenders: readonly LeakyContender[], results: readonly TrialResult[]): LeakyRow[] {
  const of = ({ label }: LeakyContender) => results.filter(({ trial }) => trial.label === label);
  return contenders.flatMap((contender) => {
    const own = of(contender);
    const without = contenders.find(({ network, schedule }) => network.kind === 'memoryless' && schedule === contender.schedule);
    return own.length === 0 ? [] : [summariseContender(contender, own, without === undefined || without === contender ? [] : of(without))];
  });
}

function summariseContender(contender: LeakyContender, results: readonly TrialResult[], without: readonly TrialResult[]): LeakyRow {
  const reference = new Map(without.flatMap(returnOf));
  const returns = results.flatMap(returnOf);
  const gain = estimate(returns.flatMap(([seed, value]) => {
    const found = reference.get(seed);
    return found === undefined ? [] : [value - found];
  }));
  return {
    ...contender,
    seeds: returns.length,
    diverged: results.filter(({ failure }) => failure?.kind === 'diverged').length,
    returns: estimate(returns.map(([, value]) => value)),
    gain,
    verdict: gain === null ? null : judge(gain),
    randomReturn: orNull(results.flatMap(({ randomReturn }) => randomReturn ?? []), mean),
    staleness: orNull(results.flatMap(({ timing }) => (timing === undefined || timing.staleness.reads === 0 ? [] : [timing.staleness])), joinAges),
  };
}

/** By seed. Of a trial that diverged: the random policy's. Nothing of one whose worker crashed. */
function returnOf({ trial: { seed }, failure, returns, randomReturn }: TrialResult): [seed: number, value: number][] {
  if (failure === null) return [[seed, mean(returns)]];
  return failure.kind === 'diverged' && randomReturn !== null ? [[seed, randomReturn]] : [];
}

export function judge({ interval: [low, high], values }: Estimate): Verdict | null {
  if (values.length < LEAST_SEEDS) return null;
  if (low > 0) return 'helps';
  return high < 0 ? 'harms' : 'no clear difference';
}

/** The leaky network with the highest mean return; of equals the sparsest, and of these the fastest. */
export function bestNetwork(rows: readonly LeakyRow[]): LeakyRow | undefined {
  const known = rows.filter(({ part, network, returns }) => part === 'networks' && network.kind === 'leaky' && returns !== null);
  return known.reduce<LeakyRow | undefined>((best, row) => (best === undefined || meanOf(row) > meanOf(best) ? row : best), undefined);
}

export function rowOf(rows: readonly LeakyRow[], kind: LeakyNetwork['kind']): LeakyRow | undefined {
  return rows.find(({ part, network }) => part === 'networks' && network.kind === kind);
}

function meanOf({ returns }: LeakyRow): number {
  return returns?.mean ?? -Infinity;
}

/** The trial of a network whose return is the highest, the first of equals. */
export function bestTrial(network: LeakyNetwork, results: readonly TrialResult[]): TrialResult | undefined {
  const own = results.filter(({ trial, failure }) => failure === null && trial.label === describeNetwork(network));
  return own.reduce<TrialResult | undefined>((best, result) => (best === undefined || mean(result.returns) > mean(best.returns) ? result : best), undefined);
}
