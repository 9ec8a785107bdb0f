import type { TransitionModel } from '../../environment/model.js';
import { createStream } from '../../random/stream.js';
import { modifiedPolicyIteration, policyIteration, valueIteration, type Problem } from './dynamic-programming.js';
import { solvePolicy } from './linear-system.js';
import { createCounts } from './model-estimate.js';
import { createPolicy } from './policy.js';
import type { Reference } from './reference.js';
import type { TabularSettings } from './settings.js';
import { createWalk } from './walk.js';

/** How far a method without a table has come. */
export interface PlanPoint {
  /** Sweeps, or environment steps of a method that estimates the model. */
  readonly step: number;
  /** [states] */
  readonly values: Float64Array;
  /** The model that they are the values of. */
  readonly model: TransitionModel;
  readonly episodes: number;
}

/** Points of the error's curve of an estimated model, each of which is solved anew. */
const ESTIMATES = 20;

/** Sweeps of an undiscounted estimate: as long as no way from some state to an end was seen, its value falls without end. */
const MOST_SWEEPS = 1000;

/** Runs a method that reads the model, or estimates it. It can be left after each point, and wherever it has none. */
export function* plan(settings: TabularSettings, problem: Problem, { fixed }: Reference): Generator<PlanPoint | undefined, void> {
  const { method, epsilon = 0, tolerance = 1e-10, sweeps = 1 } = settings;
  const { model, discount } = problem;
  if (method === 'model-estimate') {
    yield* estimate(settings, problem, tolerance);
    return;
  }
  if (method === 'linear-system') {
    yield { step: 1, values: solvePolicy(model, fixed ?? new Float64Array(0), discount), model, episodes: 0 };
    return;
  }
  const found = method === 'policy-iteration' ? policyIteration(problem, epsilon)
    : method === 'modified-policy-iteration' ? modifiedPolicyIteration(problem, epsilon, sweeps, tolerance)
    : valueIteration(problem, createPolicy(settings), tolerance);
  let step = 0;
  for (const values of found) {
    step += 1;
    yield { step, values, model, episodes: 0 };
  }
}

/** Counts the transitions of uniformly random actions; solves what was estimated from them, again and again. */
function* estimate(settings: TabularSettings, { model, discount }: Problem, tolerance: number): Generator<PlanPoint | undefined, void> {
  const { steps = 0, seed } = settings;
  const stream = createStream(seed, 'tabular/policy/0');
  const walk = createWalk(model, createStream(seed, 'tabular/environment/0'));
  const counts = createCounts(model);
  let episodes = 0;
  walk.reset();
  for (let step = 1; step <= steps; step += 1) {
    const [state, action] = [walk.state, stream.integer(model.actions)];
    walk.step(action);
    counts.record(state, action, walk.reward, walk.state, walk.terminated);
    if (walk.terminated || walk.truncated) {
      episodes += 1;
      walk.reset();
    }
    if (Math.floor(((step - 1) * ESTIMATES) / steps) === Math.floor((step * ESTIMATES) / steps)) continue;
    const estimated = counts.estimate();
    let values: Float64Array = new Float64Array(model.states);
    let sweeps = 0;
    for (const each of valueIteration({ model: estimated, discount }, createPolicy(settings), tolerance)) {
      values = each;
      sweeps += 1;
      if (discount === 1 && sweeps === MOST_SWEEPS) break;
      yield undefined;
    }
    yield { step, values, model: estimated, episodes };
  }
}
