import type { TransitionModel } from '../../environment/model.js';
import { createStream } from '../../random/stream.js';
import { createLearner } from './learner.js';
import { learnsStateValues, type LearnerName } from './methods.js';
import { drawAction, expectedValue, largest, type SoftPolicy } from './policy.js';
import { updateEntry, type StepSize, type ValueTable } from './value-table.js';
import { createWalk } from './walk.js';

/** What decides how a table is learned. */
export interface Learning {
  readonly method: LearnerName;
  readonly model: TransitionModel;
  readonly discount: number;
  readonly policy: SoftPolicy;
  readonly stepSize: StepSize;
  readonly seed: number;
  /** The policy that is evaluated; [states, actions]. Absent for methods that follow the policy about their own values. */
  readonly fixed?: Float64Array | undefined;
}

/** An agent with an environment of its own, which learns into a table. */
export interface Actor {
  /** One environment step, and what is learned from it. */
  step(): void;
  /** Updates that were made. */
  readonly updates: number;
  /** Episodes that ended. */
  readonly episodes: number;
}

/**
 * @param number of the actor: it draws from streams of its own
 * @param onUpdate called before each update
 */
export function createActor(learning: Learning, table: ValueTable, number: number, onUpdate?: (entry: number, target: number) => void): Actor {
  const { model, policy, stepSize, seed, fixed } = learning;
  const stream = createStream(seed, `tabular/policy/${number}`);
  const walk = createWalk(model, createStream(seed, `tabular/environment/${number}`));
  const update = (entry: number, target: number) => {
    actor.updates += 1;
    onUpdate?.(entry, target);
    updateEntry(table, entry, target, stepSize);
  };
  const learner = createLearner({ ...learning, table, update, stream });
  const actionValues = new Float64Array(model.actions);
  const choose = (state: number): number => {
    if (fixed !== undefined) return drawAction(fixed, state, model.actions, stream);
    learner.read(state, actionValues);
    return policy.choose(actionValues, stream);
  };
  let action = -1; // no episode runs
  const actor = {
    updates: 0,
    episodes: 0,
    step() {
      if (action < 0) {
        walk.reset();
        action = choose(walk.state);
      }
      const state = walk.state;
      walk.step(action);
      const taken = action;
      if (learner.needsNextAction && !walk.terminated) action = choose(walk.state);
      learner.learn(state, taken, walk, action);
      if (walk.terminated || walk.truncated) {
        actor.episodes += 1;
        action = -1;
      } else if (!learner.needsNextAction) action = choose(walk.state);
    },
  };
  return actor;
}

/** The values that a table represents. */
export interface Reading {
  /** Its own values of states, the largest of the actions' for methods that learn the best ones, or else the mean under the policy; [states] */
  readonly values: Float64Array;
  /** [states, actions], row-major; nothing of methods that learn values of states */
  readonly actionValues: Float64Array;
}

/** Reads a table again and again into the same arrays. */
export function createReader({ method, model: { states, actions }, discount, policy }: Learning, table: ValueTable): () => Reading {
  if (learnsStateValues(method)) return () => ({ values: table.values, actionValues: new Float64Array(0) });
  const learner = createLearner({ method, model: { states, actions }, discount, policy, table, update: () => undefined, stream: createStream(0, 'none is drawn') });
  const isBest = method === 'q-learning' || method === 'double-q-learning';
  const [values, actionValues, probabilities] = [states, states * actions, actions].map((size) => new Float64Array(size));
  return () => {
    for (let state = 0; state < states; state += 1) {
      const row = actionValues.subarray(state * actions, (state + 1) * actions);
      learner.read(state, row);
      policy.fill(row, probabilities);
      values[state] = isBest ? largest(row) : expectedValue(row, probabilities);
    }
    return { values, actionValues };
  };
}
