import { InternalError } from '../errors.js';
import { isGain } from '../study/half-gain.js';
import { runTrials, type PoolOptions } from '../study/pool.js';
import type { Trial, TrialResult } from '../study/trial.js';
import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import type { Estimate } from './agreement.js';
import { ALL_HIDDEN } from './records.js';
import type { CertificateSettings } from './settings.js';

/** Gain of learning a layer's rows over leaving them as initialised. */
export interface LayerUtility {
  /** `ddpg`, or a rule. */
  readonly learner: string;
  /** What was frozen: a hidden layer, or `hidden` for all of them. */
  readonly layer: string;
  /** Mean return of each seed's evaluation, in the order of the seeds: learning, frozen, and the random policy on the same episodes. */
  readonly learning: readonly number[];
  readonly frozen: readonly number[];
  readonly random: readonly number[];
  /** learning - frozen, the mean over seeds. */
  readonly difference: Estimate;
  /** (learning - random) / (frozen - random), of means over seeds; NaN where frozen is no better than random. */
  readonly improvementRatio: Estimate;
  /** Why trials among these ended early; their returns are NaN. */
  readonly failures: readonly string[];
}

/** A trial, and the layers of its learner that stay as initialised; null: none. */
export interface UtilityTrial {
  readonly trial: Trial;
  readonly frozen: string | null;
}

export interface UtilityOptions extends PoolOptions {
  /** Called with the number of environment steps taken since the last call, over all trials. */
  readonly onSteps?: (steps: number) => void;
}

/**
 * Every trial, on every seed: DDPG learning and with each hidden layer frozen; each rule learning and with all hidden rows frozen. DDPG has the
 * certificate's settings, except that hidden neurons do not explore. Rules have their defaults for the task, except for the sizes of hidden
 * layers.
 *
 * @param episodes of each trial's evaluation
 */
export function planUtility({ environment, network, exploration, learning, certificate, seed }: CertificateSettings, episodes: number): UtilityTrial[] {
  const { utilitySeeds, utilityRules, utilitySteps: steps } = certificate;
  if (network.hidden.length === 0) return [];
  const layers = network.hidden.map((_, layer) => `hidden${layer + 1}`);
  const still = (frozen: string | null) => (frozen === null ? [] : frozen === ALL_HIDDEN ? layers : [frozen]);
  const plan = (algorithm: string, frozen: string | null, options: Trial['options']) => ({ algorithm, frozen, options });
  const ofDdpg = [null, ...layers, ...(layers.length > 1 ? [ALL_HIDDEN] : [])].map((frozen) =>
    plan('ddpg', frozen, { network, exploration: { ...exploration, hidden: 0 }, learning: { ...learning, frozenLayers: still(frozen) } }),
  );
  const ofRules = utilityRules.flatMap((rule) =>
    [null, ALL_HIDDEN].map((frozen) => plan(rule, frozen, { network: { hidden: network.hidden }, rule: frozen === null ? {} : { hiddenRate: 0 } })),
  );
  const evaluation = { every: steps, episodes: 1, final: episodes };
  return Array.from({ length: utilitySeeds }, (_, i) =>
    [...ofDdpg, ...ofRules].map(({ algorithm, frozen, options }) => ({ frozen, trial: { label: algorithm, algorithm, environment, seed: seed + i, steps, options, evaluation } })),
  ).flat();
}

/**
 * Runs the trials, several at a time on threads of their own.
 *
 * @returns the results so far; none if the signal came before the end
 */
export async function measureUtility(plan: readonly UtilityTrial[], { onSteps, ...options }: UtilityOptions): Promise<LayerUtility[]> {
  const results = new Map<Trial, TrialResult>();
  const seen = new Map<Trial, number>();
  const ignore = () => undefined;
  const advance = (trial: Trial, step: number) => {
    onSteps?.(step - (seen.get(trial) ?? 0));
    seen.set(trial, step);
  };
  await runTrials(plan.map(({ trial }) => trial), {
    started: ignore,
    abandoned: ignore,
    progress(trial, { step }) {
      advance(trial, step);
    },
    finished(result) {
      advance(result.trial, result.steps);
      results.set(result.trial, result);
    },
  }, options);
  return options.signal.aborted ? [] : compareTrials(plan.map(({ trial, frozen }) => readReturn(trial, frozen, results.get(trial))));
}

interface TrialReturn {
  readonly learner: string;
  readonly frozen: string | null;
  readonly meanReturn: number;
  readonly random: number;
  readonly failure: string | null;
}

function readReturn({ algorithm, seed }: Trial, frozen: string | null, result: TrialResult | undefined): TrialReturn {
  if (result === undefined) throw new InternalError(`a trial of ${algorithm} has no result`);
  const { failure, returns, randomReturn } = result;
  return { learner: algorithm, frozen, meanReturn: mean(returns), random: randomReturn ?? NaN, failure: failure === null ? null : `seed ${seed}: ${failure.message}` };
}

function compareTrials(returns: readonly TrialReturn[]): LayerUtility[] {
  const of = (learner: string, frozen: string | null) => returns.filter((each) => each.learner === learner && each.frozen === frozen);
  const pairs = new Map(returns.filter(({ frozen }) => frozen !== null).map((each) => [`${each.learner} ${each.frozen}`, each]));
  return [...pairs.values()].map(({ learner, frozen }): LayerUtility => {
    const [whole, partly] = [of(learner, null), of(learner, frozen)];
    const [learning, still] = [whole, partly].map((trials) => trials.map(({ meanReturn }) => meanReturn));
    const random = whole.map((trial) => trial.random);
    const over = (seeds: readonly number[], statistic: (chosen: readonly number[]) => number): Estimate => {
      const [low, high] = seeds.length < 2 ? [NaN, NaN] : bootstrapInterval(seeds, statistic);
      return { value: statistic(seeds), low, high };
    };
    const meanOf = (list: readonly number[], seeds: readonly number[]) => mean(seeds.map((i) => list[i]));
    return {
      learner,
      layer: frozen ?? ALL_HIDDEN,
      learning,
      frozen: still,
      random,
      difference: over([...learning.keys()], (seeds) => meanOf(learning, seeds) - meanOf(still, seeds)),
      improvementRatio: !isGain(still.map((value, i) => value - random[i])) ? UNDEFINED : over([...learning.keys()], (seeds) => ratio(meanOf(learning, seeds) - meanOf(random, seeds), meanOf(still, seeds) - meanOf(random, seeds))),
      failures: [...whole, ...partly].flatMap(({ failure }) => (failure === null ? [] : [failure])),
    };
  });
}

const UNDEFINED: Estimate = { value: NaN, low: NaN, high: NaN };

/** A ratio of improvements is meaningful only if both are above 0. */
function ratio(learning: number, frozen: number): number {
  return frozen > 0 ? learning / frozen : NaN;
}
