import type { SimulationOptions } from './options.js';

/**
 * What a task ships with where it differs from the general defaults, which are Pendulum's. CartPole's come from a study, see
 * docs/research.md; those of the last three are first guesses.
 */
export const TASK_DEFAULTS: Readonly<Record<string, SimulationOptions>> = {
  'Pendulum-v1': {},
  'CartPole-v1': {
    network: { hidden: [128], observationScale: [2.4, 2, 0.21, 2] },
    exploration: { output: 1 },
    rule: { criticRate: 3e-3, outputRate: 3e-4, hiddenRate: 3e-5, finalRate: 0.05 },
    learning: { discount: 0.99 },
    steps: 60_000,
  },
  'MountainCar-v0': { exploration: { output: 1 }, learning: { discount: 0.99 }, steps: 100_000 },
  'MountainCarContinuous-v0': { learning: { discount: 0.99 }, steps: 100_000 },
  'Acrobot-v1': { exploration: { output: 1 }, learning: { discount: 0.99 }, steps: 50_000 },
};
