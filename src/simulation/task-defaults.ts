import type { RuleName } from '../rule/registry.js';
import type { SimulationOptions } from '../placement/partitioned/settings.js';

/** Time constants for tasks in which something has to be remembered, for the time of a swing or for that of a walk; the opponent has the same. */
export const MEMORY = [2, 4, 8, 16, 32];

/**
 * A task's defaults, where they differ from the general defaults, which are Pendulum's. Found with `broadcast`, ten seeds or
 * more of each: docs/research.md, entries 11 to 14. All tasks share exploration that is strong and continues in one
 * direction for a while.
 */
export const TASK_DEFAULTS: Readonly<Partial<Record<string, SimulationOptions>>> = {
  'Pendulum-v1': {},
  'CartPole-v1': {
    network: { hidden: [128], observationScale: [2.4, 2, 0.21, 2] }, // two components are unbounded
    exploration: { output: 1.5, correlation: 0.5 },
    rule: { criticRate: 3e-3, outputRate: 3e-4, hiddenRate: 1e-4, finalRateFraction: 0.01 },
    learning: { discount: 0.99 },
    steps: 50_000,
  },
  'MountainCar-v0': {
    exploration: { output: 2, correlation: 0.9 },
    rule: { criticRate: 3e-3, outputRate: 3e-4, hiddenRate: 3e-4, finalRateFraction: 0.01 },
    learning: { discount: 0.99, replay: 200_000 },
    steps: 200_000,
  },
  'MountainCarContinuous-v0': {
    exploration: { output: 1, correlation: 0.95 },
    rule: { criticRate: 3e-3, outputRate: 1e-4, hiddenRate: 1e-4 },
    learning: { discount: 0.99 },
    steps: 50_000,
  },
  'Acrobot-v1': {
    exploration: { output: 3, correlation: 0.9 },
    rule: { finalRateFraction: 0.01 },
    learning: { discount: 0.99, replay: 100_000, warmup: 10_000 }, // before that, outputs settle on one action in some runs
    steps: 100_000,
  },
  // What has to be remembered is hidden from these.
  'CartPoleNoVel-v1': {
    network: { hidden: [128], observationScale: [2.4, 0.21], observationTraces: MEMORY },
    exploration: { output: 1.5, correlation: 0.5 },
    rule: { criticRate: 3e-3, outputRate: 3e-4, hiddenRate: 1e-4, finalRateFraction: 0.01 },
    learning: { discount: 0.99 },
    steps: 60_000,
  },
  'PendulumNoVel-v1': { network: { observationTraces: MEMORY }, steps: 60_000 },
  'MountainCarContinuousNoVel-v0': {
    network: { observationTraces: MEMORY },
    exploration: { output: 1, correlation: 0.95 },
    rule: { criticRate: 3e-3, outputRate: 1e-4, hiddenRate: 1e-4 },
    learning: { discount: 0.99 },
    steps: 200_000,
  },
  'TMaze-v0': { network: { observationTraces: MEMORY }, learning: { discount: 0.99, rewardScale: 1 }, exploration: { correlation: 0.5 }, steps: 200_000 },
  'DelayedRecall-v0': { network: { observationTraces: MEMORY }, learning: { discount: 0.99, rewardScale: 1 }, steps: 50_000 },
};

/**
 * A task's default rule, if it is not the general one, and defaults found with it; they do not apply to other rules. Both learn from
 * the stream: the cart from fixed hidden neurons, which is as good on it as learned ones and steadier.
 */
export const TASK_RULES: Readonly<Partial<Record<string, SimulationOptions & { readonly rule: { readonly name: RuleName } }>>> = {
  'CartPoleNoVel-v1': {
    rule: { name: 'coagent', criticRate: 1, outputRate: 1, hiddenRate: 0, finalRateFraction: 1, optimiser: 'bounded' },
    exploration: { output: 0.5, hidden: 0 },
    learning: { rewardScale: 0.02 },
  },
  'TMaze-v0': { network: { hiddenGain: 3 }, rule: { name: 'sarsa' }, exploration: { correlation: 0 } },
};
