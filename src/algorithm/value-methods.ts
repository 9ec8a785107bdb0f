import { createLayout, NETWORK } from '../placement/actors-and-learner/layout.js';
import { METHOD_NAMES, methodNamed, type MethodName } from '../placement/actors-and-learner/methods.js';
import { tableOf, type ValueSettings } from '../placement/actors-and-learner/settings.js';
import { createValueAgent } from '../placement/actors-and-learner/value-method.js';
import type { Algorithm } from './algorithm.js';

export type ValueMethod = Algorithm<ValueSettings>;

const methodOf = (name: MethodName): ValueMethod => ({
  name,
  summary: `train ${methodNamed(name).summary}, from a replay`,
  actions: 'discrete',
  localityNote: 'that of its credit in hidden layers, by default backpropagation: the error is carried backwards through all weights',
  table: tableOf(name),
  layout: createLayout,
  weights: NETWORK,
  create: createValueAgent,
});

/** The value methods with a replay, one actor and one learner on the calling thread. */
export const VALUE_METHODS = Object.fromEntries(METHOD_NAMES.map((name) => [name, methodOf(name)])) as Record<MethodName, ValueMethod>; // keys of the same list
