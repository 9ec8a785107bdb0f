/** As the neuron-agents' own. */
const MEMORY = [2, 4, 8, 16, 32];

/**
 * What DDPG ships with for a task where it differs from the general defaults, which are Pendulum's. Its exploration is close to
 * what the neuron-agents ship with. The settings were found with five seeds of each, as theirs were: docs/research.md, entry 16.
 */
export const DDPG_DEFAULTS = {
  'Pendulum-v1': {},
  'CartPole-v1': {
    network: { observationScale: [2.4, 2, 0.21, 2] }, // two components are unbounded
    exploration: { output: 1.5, correlation: 0.5 },
    learning: { discount: 0.99, actorRate: 3e-4, finalRateFraction: 0.01 },
    steps: 50_000,
  },
  'MountainCar-v0': {
    exploration: { output: 1, correlation: 0.9 },
    learning: { discount: 0.99, finalRateFraction: 0.1, updatesPerStep: 0.5 },
    steps: 200_000,
  },
  'MountainCarContinuous-v0': {
    exploration: { output: 1, correlation: 0.95 },
    learning: { discount: 0.99, finalRateFraction: 0.1, updatesPerStep: 0.25 }, // four times as many end no higher
    steps: 50_000,
  },
  'Acrobot-v1': {
    exploration: { output: 1, correlation: 0.8 },
    learning: { discount: 0.99, finalRateFraction: 0.1 },
    steps: 100_000,
  },
  'CartPoleNoVel-v1': {
    network: { observationScale: [2.4, 0.21], observationTraces: MEMORY },
    exploration: { output: 1.5, correlation: 0.5 },
    learning: { discount: 0.99, actorRate: 3e-4, finalRateFraction: 0.01 },
    steps: 60_000,
  },
  'PendulumNoVel-v1': { network: { observationTraces: MEMORY }, steps: 60_000 },
  'MountainCarContinuousNoVel-v0': {
    network: { observationTraces: MEMORY },
    exploration: { output: 1, correlation: 0.95 },
    learning: { discount: 0.99, finalRateFraction: 0.1, updatesPerStep: 0.25 },
    steps: 200_000,
  },
  'TMaze-v0': { network: { observationTraces: MEMORY }, learning: { discount: 0.99, rewardScale: 1 }, steps: 200_000 },
  'DelayedRecall-v0': { network: { observationTraces: MEMORY }, learning: { discount: 0.99, rewardScale: 1 }, steps: 50_000 },
} as const;
