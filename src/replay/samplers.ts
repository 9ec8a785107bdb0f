import { greedySampler } from './greedy-sampler.js';
import type { SamplerKind } from './item-sampler.js';
import { proportionalSampler } from './proportional-sampler.js';
import { rankSampler } from './rank-sampler.js';
import { uniformSampler } from './uniform-sampler.js';

/** Every sampler: a further one is one file and one line here. */
export const SAMPLERS = { uniform: uniformSampler, proportional: proportionalSampler, rank: rankSampler, greedy: greedySampler } as const satisfies Record<string, SamplerKind>;

export type SamplerName = keyof typeof SAMPLERS;
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as SamplerName[]; // keys of the object above
