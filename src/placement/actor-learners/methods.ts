import type { ActionDistribution } from '../../network/action-distribution.js';
import type { Room } from '../../objective/action-value.js';
import { createActorCritic, type ActorCriticWeights } from '../../objective/actor-critic.js';
import { createNStepQ } from '../../objective/n-step-q.js';
import { createOneStepQ } from '../../objective/one-step-q.js';
import type { RolloutObjective } from '../../objective/rollout.js';
import { createSarsa } from '../../objective/sarsa.js';

/** What an objective is built from. */
export interface ObjectiveRequest {
  readonly room: Room;
  /** Output neurons of all networks. */
  readonly outputs: number;
  /** Most steps of a rollout. */
  readonly size: number;
  /** Of policy methods. */
  readonly distribution: ActionDistribution;
  readonly weights: ActorCriticWeights;
}

/** A method that learns from rollouts of many actors. */
export interface Method {
  /** One line for `--help`. */
  readonly summary: string;
  readonly schedule: 'hogwild' | 'synchronous';
  /** Steps after which the objective bootstraps. */
  readonly bootstrap: 'all' | 'last';
  /**
   * Outputs are the values of discrete actions, a target copy bootstraps, and behaviour is ε-greedy: `value`. Or they describe a distribution of
   * actions and V(s): `policy`.
   */
  readonly kind: 'value' | 'policy';
  /** True if the objective needs the action after the last step. */
  readonly actsAhead?: true;
  create(request: ObjectiveRequest): RolloutObjective;
}

const actorCritic = ({ room, distribution, size, weights }: ObjectiveRequest) => createActorCritic(room, distribution, size, weights);

/** Every method: a further one is one objective and one line here. */
export const METHODS = {
  'async-q': { summary: 'one-step Q-learning', kind: 'value', schedule: 'hogwild', bootstrap: 'all', create: ({ room, outputs, size }) => createOneStepQ(room, outputs, size) },
  'async-sarsa': { summary: 'one-step Sarsa', kind: 'value', schedule: 'hogwild', bootstrap: 'all', actsAhead: true, create: ({ room, outputs, size }) => createSarsa(room, outputs, size) },
  'async-nstep-q': { summary: 'n-step Q-learning', kind: 'value', schedule: 'hogwild', bootstrap: 'last', create: ({ room, outputs, size }) => createNStepQ(room, outputs, size) },
  a3c: { summary: 'advantage actor-critic', kind: 'policy', schedule: 'hogwild', bootstrap: 'last', create: actorCritic },
  a2c: { summary: 'advantage actor-critic, all rollouts in one update', kind: 'policy', schedule: 'synchronous', bootstrap: 'last', create: actorCritic },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as MethodName[]; // keys of the object above

export const methodNamed = (name: MethodName): Method => METHODS[name];
