import type { ReplayedObjective } from './replayed.js';
import { oneStepTarget } from './targets.js';
import type { ValueHead } from './value-head.js';

/**
 * Q-learning from a replay:
 *
 *   δ = R + Γ Q(s_k, a'; θ⁻) - Q(s, a; θ),   J = -mean(w h(δ)),   h(δ) = δ²/2 within the threshold, linear beyond it (Huber)
 *
 * The signal is w clip(δ) / size, and ∂J/∂Q(s, a) is the same.
 *
 * Source: Mnih et al. 2015, Algorithm 1, whose clipped error is Huber's; weights w by Schaul et al. 2016, Algorithm 1.
 *
 * @param threshold of the error; null: squared errors
 */
export function createReplayedQ(head: ValueHead, size: number, threshold: number | null): ReplayedObjective {
  const surprise = new Float64Array(size);
  const logits = new Float64Array(1);
  const limit = threshold ?? Infinity;
  return {
    surprise,
    evaluate({ outputs, successors, actions, nextActions, returns, discounts, weights }, error) {
      let bad = -1;
      for (let lane = 0; lane < size; lane += 1) {
        head.logits(successors, lane, nextActions[lane], logits);
        const target = oneStepTarget(returns[lane], discounts[lane], logits[0]);
        head.logits(outputs, lane, actions[lane], logits);
        const difference = target - logits[0];
        surprise[lane] = Math.abs(difference);
        if (bad < 0 && !Number.isFinite(difference)) bad = lane;
        logits[0] = (weights[lane] * Math.min(limit, Math.max(-limit, difference))) / size;
        error.signals[lane] = logits[0];
        head.spread(logits, actions[lane], error.outputs, size, lane);
      }
      return bad;
    },
  };
}
