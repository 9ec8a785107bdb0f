import type { TransitionModel } from '../../environment/model.js';
import { createStream } from '../../random/stream.js';
import { drawAction } from './policy.js';
import type { Slices } from './slices.js';
import { createWalk } from './walk.js';

/** The mean undiscounted return of fresh episodes, and its 95 % interval by the normal approximation. */
export interface TabularEvaluation {
  /** NaN where no episode was played. */
  readonly meanReturn: number;
  readonly interval: readonly [low: number, high: number];
  /** Fewer than requested if the signal came before the last one. */
  readonly episodes: number;
}

/** Steps between two looks at the clock. */
const STRETCH = 4096;

/** Plays a policy. @param probabilities [states, actions], row-major */
export async function evaluatePolicy(model: TransitionModel, probabilities: Float64Array, episodes: number, seed: number, slices: Slices): Promise<TabularEvaluation> {
  const walk = createWalk(model, createStream(seed, 'tabular/evaluation/environment'));
  const stream = createStream(seed, 'tabular/evaluation/policy');
  const returns: number[] = [];
  const isEnded = () => walk.terminated || walk.truncated;
  const isStopped = () => slices.signal.aborted;
  let steps = 0;
  while (returns.length < episodes && !isStopped()) {
    let sum = 0;
    walk.reset();
    do {
      walk.step(drawAction(probabilities, walk.state, model.actions, stream));
      sum += walk.reward;
      steps += 1;
      if (steps % STRETCH === 0 && slices.due()) await slices.rest();
    } while (!isEnded() && !isStopped());
    if (isEnded()) returns.push(sum);
  }
  return summaryOf(returns);
}

function summaryOf(returns: readonly number[]): TabularEvaluation {
  const episodes = returns.length;
  const meanReturn = returns.reduce((sum, each) => sum + each, 0) / episodes;
  const variance = returns.reduce((sum, each) => sum + (each - meanReturn) ** 2, 0) / Math.max(1, episodes - 1);
  const half = 1.96 * Math.sqrt(variance / episodes);
  return { meanReturn, interval: [meanReturn - half, meanReturn + half], episodes };
}
