import type { TransitionModel } from '../../environment/model.js';
import type { Stream } from '../../random/stream.js';
import { oneStepTarget } from '../../objective/targets.js';
import { learnsStateValues, type LearnerName } from './methods.js';
import { expectedValue, largest, type SoftPolicy } from './policy.js';
import type { ValueTable } from './value-table.js';
import type { Walk } from './walk.js';

/** What a learner is built from. */
export interface LearnerContext {
  readonly method: LearnerName;
  readonly model: Pick<TransitionModel, 'states' | 'actions'>;
  readonly discount: number;
  readonly policy: SoftPolicy;
  readonly table: ValueTable;
  /** Moves an entry of the table towards a target. */
  readonly update: (entry: number, target: number) => void;
  /** Of the method's own choices. */
  readonly stream: Stream;
}

export interface Learner {
  /** True where the target needs the action that is taken next: it is chosen before the update then. */
  readonly needsNextAction: boolean;
  /** The values of the actions of a state, as a policy reads them. Writes: `actionValues`, [actions] */
  read(state: number, actionValues: Float64Array): void;
  /** Learns from a step. @param walk the task after it */
  learn(state: number, action: number, walk: Walk, nextAction: number): void;
}

/** The update of a method. Targets bootstrap across a time limit and never across a termination. */
export function createLearner(context: LearnerContext): Learner {
  if (learnsStateValues(context.method)) return context.method === 'td' ? temporalDifference(context) : monteCarlo(context);
  return context.method === 'double-q-learning' ? doubleQ(context) : actionValueLearner(context);
}

/** State values: none of an action is learned. */
const noActionValues = (): undefined => undefined;

/** TD(0): target r + γ (1 - d) v(s'). Source: Sutton & Barto, equation 6.2. */
function temporalDifference({ discount, table: { values }, update }: LearnerContext): Learner {
  return {
    needsNextAction: false,
    read: noActionValues,
    learn(state, _, { reward, terminated, state: next }) {
      update(state, oneStepTarget(reward, discount, terminated ? 0 : values[next]));
    },
  };
}

/**
 * Monte Carlo: at the end of an episode, the target of a visited state is the return after its first visit, or after each of its visits. An episode
 * that the time limit cut returns the learned value of its last state from there on. Source: Sutton & Barto, section 5.1.
 */
function monteCarlo({ method, model: { states }, discount, table: { values }, update }: LearnerContext): Learner {
  const visited: number[] = [];
  const rewards: number[] = [];
  const firstVisit = new Int32Array(states).fill(-1);
  return {
    needsNextAction: false,
    read: noActionValues,
    learn(state, _, { reward, terminated, truncated, state: last }) {
      if (firstVisit[state] < 0) firstVisit[state] = visited.length;
      visited.push(state);
      rewards.push(reward);
      if (!terminated && !truncated) return;
      let sum = terminated ? 0 : values[last];
      for (let i = visited.length - 1; i >= 0; i -= 1) {
        sum = oneStepTarget(rewards[i], discount, sum);
        if (method === 'every-visit-mc' || firstVisit[visited[i]] === i) update(visited[i], sum);
      }
      for (const each of visited) firstVisit[each] = -1;
      visited.length = 0;
      rewards.length = 0;
    },
  };
}

/**
 * SARSA: target r + γ (1 - d) q(s', a') with the action taken next; expected SARSA: with Σ_a π(a) q(s', a); Q-learning: with max_a q(s', a).
 * Source: Sutton & Barto, equations 6.7, 6.9 and 6.8.
 */
function actionValueLearner({ method, model: { actions }, discount, policy, table: { values }, update }: LearnerContext): Learner {
  const nextValues = new Float64Array(actions);
  const probabilities = new Float64Array(actions);
  const read = (state: number, actionValues: Float64Array) => {
    for (let action = 0; action < actions; action += 1) actionValues[action] = values[state * actions + action];
  };
  const bootstrap = (next: number, nextAction: number): number => {
    if (method === 'sarsa') return values[next * actions + nextAction];
    read(next, nextValues);
    if (method === 'q-learning') return largest(nextValues);
    policy.fill(nextValues, probabilities);
    return expectedValue(nextValues, probabilities);
  };
  return {
    needsNextAction: method === 'sarsa',
    read,
    learn(state, action, { reward, terminated, state: next }, nextAction) {
      update(state * actions + action, oneStepTarget(reward, discount, terminated ? 0 : bootstrap(next, nextAction)));
    },
  };
}

/**
 * Double Q-learning: a coin decides which table learns; it selects the best next action, and the other table values it: target
 * r + γ (1 - d) q₂(s', argmax_a q₁(s', a)). Behaviour reads the mean of both. Source: van Hasselt 2010, algorithm 1.
 */
function doubleQ({ model: { states, actions }, discount, table: { values }, update, stream }: LearnerContext): Learner {
  const half = states * actions;
  const best = (table: number, state: number): number => {
    let chosen = 0;
    for (let action = 1; action < actions; action += 1) if (values[table + state * actions + action] > values[table + state * actions + chosen]) chosen = action;
    return chosen;
  };
  return {
    needsNextAction: false,
    read(state, actionValues) {
      for (let action = 0; action < actions; action += 1) actionValues[action] = (values[state * actions + action] + values[half + state * actions + action]) / 2;
    },
    learn(state, action, { reward, terminated, state: next }) {
      const own = stream.uniform() < 0.5 ? 0 : half;
      const value = terminated ? 0 : values[half - own + next * actions + best(own, next)];
      update(own + state * actions + action, oneStepTarget(reward, discount, value));
    },
  };
}
