import type { Algorithm } from './algorithm.js';
import { ddpg } from './ddpg/algorithm.js';
import { d4pg } from './d4pg.js';
import { VALUE_METHODS } from './value-methods.js';

/** Every algorithm that is placed on one thread: a further one is one folder and one line here. Neurons under rules are `neurons`, beside them. */
export const ALGORITHMS = { ddpg, ...VALUE_METHODS, d4pg } as const satisfies Record<string, Algorithm>;
