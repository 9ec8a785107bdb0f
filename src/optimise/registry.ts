import type { Kernels } from '../kernels/kernels.js';
import { createAdam } from './adam.js';
import { createBounded } from './bounded.js';
import { createMomentum } from './momentum.js';
import type { CreateOptimiser, Optimiser, OptimiserConstants } from './optimiser.js';
import { createRmsprop } from './rmsprop.js';
import { createSgd } from './sgd.js';

/** The last for rules with eligibility traces alone. */
export const OPTIMISER_NAMES = ['adam', 'sgd', 'bounded'] as const;
export const REPLAY_OPTIMISERS = ['adam', 'sgd'] as const;
/** Those of rollouts; moments and step counter may be shared by all threads. */
export const ROLLOUT_OPTIMISERS = ['rmsprop', 'momentum', 'sgd', 'adam'] as const;
export type OptimiserName = (typeof OPTIMISER_NAMES)[number] | (typeof ROLLOUT_OPTIMISERS)[number];

const USUAL: OptimiserConstants = { decay: 0.99, epsilon: 0.1, momentum: 0.9 };

const OPTIMISERS: Record<OptimiserName, CreateOptimiser> = { adam: createAdam, sgd: createSgd, rmsprop: createRmsprop, momentum: createMomentum, bounded: createBounded };

export function createOptimiser(name: OptimiserName, kernels: Kernels, constants = USUAL): Optimiser {
  return OPTIMISERS[name](kernels, constants);
}
