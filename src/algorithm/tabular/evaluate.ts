import type { TransitionModel } from '../../environment/model.js';
import { createStream } from '../../random/stream.js';
import { drawAction } from './policy.js';
import { createWalk } from './walk.js';

/** The mean undiscounted return of fresh episodes, and its 95 % interval by the normal approximation. */
export interface TabularEvaluation {
  readonly meanReturn: number;
  readonly interval: readonly [low: number, high: number];
  readonly episodes: number;
}

/** Plays a policy. @param probabilities [states, actions], row-major */
export function evaluatePolicy(model: TransitionModel, probabilities: Float64Array, episodes: number, seed: number): TabularEvaluation {
  const walk = createWalk(model, createStream(seed, 'tabular/evaluation/environment'));
  const stream = createStream(seed, 'tabular/evaluation/policy');
  const returns = Array.from({ length: episodes }, () => {
    walk.reset();
    let sum = 0;
    do {
      walk.step(drawAction(probabilities, walk.state, model.actions, stream));
      sum += walk.reward;
    } while (!walk.terminated && !walk.truncated);
    return sum;
  });
  const meanReturn = returns.reduce((sum, each) => sum + each, 0) / episodes;
  const variance = returns.reduce((sum, each) => sum + (each - meanReturn) ** 2, 0) / Math.max(1, episodes - 1);
  const half = 1.96 * Math.sqrt(variance / episodes);
  return { meanReturn, interval: [meanReturn - half, meanReturn + half], episodes };
}
