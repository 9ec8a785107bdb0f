import type { DdpgOptions } from './settings.js';

/** What DDPG ships with for a task where it differs from the general defaults, which are Pendulum's. */
export const DDPG_DEFAULTS: Readonly<Record<string, DdpgOptions>> = {
  'Pendulum-v1': {},
  'CartPole-v1': {
    network: { observationScale: [2.4, 2, 0.21, 2] },
    learning: { discount: 0.99 },
    steps: 60_000,
  },
  'MountainCar-v0': { exploration: { correlation: 0.9 }, learning: { discount: 0.99 }, steps: 100_000 },
  'MountainCarContinuous-v0': {
    exploration: { output: 0.5, correlation: 0.95 }, // white noise does not rock the car: 0 of 40 episodes reach the goal by it
    learning: { discount: 0.99, updatesPerStep: 0.25, finalRate: 0.1 },
    steps: 300_000,
  },
  'Acrobot-v1': { learning: { discount: 0.99 }, steps: 50_000 },
};
