import { ACTOR, createPolicyLayout } from '../placement/actors-and-learner/policy-layout.js';
import { createPolicyAgent } from '../placement/actors-and-learner/policy-method.js';
import { POLICY_TABLE, type PolicySettings } from '../placement/actors-and-learner/policy-settings.js';
import type { Algorithm } from './algorithm.js';

/** Distributional deterministic policy gradient, one actor and one learner on the calling thread. */
export const d4pg: Algorithm<PolicySettings> = {
  name: 'd4pg',
  summary: 'train a deterministic policy under a critic of the distribution of returns, from a replay',
  localityNote: 'that of its credit in hidden layers, by default backpropagation; the actor\'s outputs follow the slope of the critic, which crosses all of its weights',
  table: POLICY_TABLE,
  layout: createPolicyLayout,
  weights: ACTOR,
  create: createPolicyAgent,
};
