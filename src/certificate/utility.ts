import { DivergenceError, PartitionError } from '../errors.js';
import { createDdpg } from '../simulation/ddpg.js';
import { createSimulation } from '../simulation/simulation.js';
import type { Training } from '../simulation/training.js';
import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import type { RuleName } from '../rule/registry.js';
import type { Estimate } from './agreement.js';
import { ALL_HIDDEN } from './records.js';
import type { CertificateSettings } from './settings.js';

/** What learning a layer's rows is worth, against leaving them as they were drawn. */
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

export interface UtilityOptions {
  /** Evaluation episodes of each trial. */
  readonly episodes: number;
  readonly signal?: AbortSignal;
  /** Hears of environment steps as they are taken, all trials together. */
  readonly onSteps?: (steps: number) => void;
}

interface Trial {
  readonly learner: 'ddpg' | RuleName;
  /** Null: everything learns. */
  readonly frozen: string | null;
  readonly seed: number;
}

interface TrialReturn {
  readonly trial: Trial;
  readonly meanReturn: number;
  readonly random: number;
  readonly failure: string | null;
}

/** Every trial: DDPG whole and with each hidden layer frozen, each rule whole and with all its hidden rows frozen, on every seed. */
export function planUtility({ certificate: { utilitySeeds, utilityRules }, network, seed }: CertificateSettings): Trial[] {
  if (network.hidden.length === 0) return [];
  const layers = network.hidden.map((_, layer) => `hidden${layer + 1}`);
  const ofDdpg = [null, ...layers, ...(layers.length > 1 ? [ALL_HIDDEN] : [])].map((frozen) => ({ learner: 'ddpg', frozen }) as const);
  const ofRules = utilityRules.flatMap((learner) => [null, ALL_HIDDEN].map((frozen) => ({ learner, frozen })));
  return Array.from({ length: utilitySeeds }, (_, i) => [...ofDdpg, ...ofRules].map((trial) => ({ ...trial, seed: seed + i }))).flat();
}

/**
 * Runs the trials: DDPG on this thread and, meanwhile, rules on threads of their own. Every learner takes what it ships with for the task;
 * hidden layers and steps are the certificate's, and no hidden neuron of DDPG explores.
 *
 * @returns what has been measured; nothing where the signal came before the end
 */
export async function measureUtility(settings: CertificateSettings, options: UtilityOptions): Promise<LayerUtility[]> {
  const trials = planUtility(settings);
  const lane = async (own: readonly Trial[]) => {
    const returns: TrialReturn[] = [];
    for (const trial of own) if (options.signal?.aborted !== true) returns.push(await runTrial(trial, settings, options));
    return returns;
  };
  const lanes = [trials.filter(({ learner }) => learner === 'ddpg'), trials.filter(({ learner }) => learner !== 'ddpg')];
  const returns = (await Promise.all(lanes.map(lane))).flat();
  return options.signal?.aborted === true ? [] : compareTrials(returns);
}

async function runTrial(trial: Trial, settings: CertificateSettings, { episodes, signal, onSteps }: UtilityOptions): Promise<TrialReturn> {
  const training = await createTraining(trial, settings);
  let seen = 0;
  training.on('progress', ({ step }) => {
    onSteps?.(step - seen);
    seen = step;
  });
  try {
    await training.run({ steps: settings.certificate.utilitySteps, ...(signal === undefined ? {} : { signal }) });
    const { meanReturn } = await training.evaluate({ episodes, ...(signal === undefined ? {} : { signal }) });
    return { trial, meanReturn, random: training.evaluateRandomPolicy({ episodes }).meanReturn, failure: null };
  } catch (error) {
    if (!(error instanceof DivergenceError || error instanceof PartitionError)) throw error;
    return { trial, meanReturn: NaN, random: training.evaluateRandomPolicy({ episodes }).meanReturn, failure: `seed ${trial.seed}: ${error.message}` };
  } finally {
    await training.close();
  }
}

function createTraining({ learner, frozen, seed }: Trial, { environment, network, exploration, learning, certificate }: CertificateSettings): Promise<Training> {
  const steps = certificate.utilitySteps;
  if (learner === 'ddpg') {
    const hidden = network.hidden.map((_, layer) => `hidden${layer + 1}`);
    const frozenLayers = frozen === null ? [] : frozen === ALL_HIDDEN ? hidden : [frozen];
    return createDdpg({ environment, network, exploration: { ...exploration, hidden: 0 }, learning: { ...learning, frozenLayers }, steps, seed });
  }
  const rule = frozen === null ? { name: learner } : { name: learner, hiddenRate: 0 };
  return createSimulation({ environment, network: { hidden: [...network.hidden] }, rule, steps, seed, schedule: 'synchronous', partitions: 1 });
}

function compareTrials(returns: readonly TrialReturn[]): LayerUtility[] {
  const of = (learner: string, frozen: string | null) => returns.filter(({ trial }) => trial.learner === learner && trial.frozen === frozen);
  const pairs = new Map(returns.filter(({ trial }) => trial.frozen !== null).map(({ trial }) => [`${trial.learner} ${trial.frozen}`, trial]));
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
      improvementRatio: over([...learning.keys()], (seeds) => ratio(meanOf(learning, seeds) - meanOf(random, seeds), meanOf(still, seeds) - meanOf(random, seeds))),
      failures: [...whole, ...partly].flatMap(({ failure }) => (failure === null ? [] : [failure])),
    };
  });
}

/** A ratio of improvements means something only where both are above 0. */
function ratio(learning: number, frozen: number): number {
  return frozen > 0 ? learning / frozen : NaN;
}
