import type { ReplayedObjective } from './replayed.js';
import { projectCategorical } from './targets.js';
import { softmax, type ValueHead } from './value-head.js';

/**
 * Categorical Q-learning from a replay (C51): the distribution of returns follows the projection of R + Γ z, z distributed as the target copy has it:
 *
 *   m = Φ(R + Γ z(s_k, a'; θ⁻)),   J = mean(w Σ_i m_i log p_i(s, a; θ)),   ∂J/∂x_i(s, a) = w (m_i - p_i) / size
 *
 * How wrong an item was is its cross-entropy, -Σ_i m_i log p_i. The signal is w (Σ_i z_i m_i - Σ_i z_i p_i) / size: the TD error of the means.
 *
 * Source: Bellemare et al. 2017, Algorithm 1; priorities and weights by Hessel et al. 2018, section 3.
 */
export function createCategoricalQ(head: ValueHead, size: number): ReplayedObjective {
  const { atoms, support } = head;
  const [lowest, highest] = [support[0], support[atoms - 1]];
  const surprise = new Float64Array(size);
  const next = new Float64Array(atoms);
  const wanted = new Float64Array(atoms);
  const own = new Float64Array(atoms);
  return {
    surprise,
    evaluate({ outputs, successors, actions, nextActions, returns, discounts, weights }, error) {
      let bad = -1;
      for (let lane = 0; lane < size; lane += 1) {
        head.logits(successors, lane, nextActions[lane], next);
        softmax(next);
        projectCategorical(returns[lane], discounts[lane], lowest, highest, next, wanted);
        head.logits(outputs, lane, actions[lane], own);
        let entropy = 0; // log p_i = x_i - log Σ e^x, and Σ m_i = 1
        for (let i = 0; i < atoms; i += 1) entropy -= wanted[i] * own[i];
        entropy += softmax(own);
        const scale = weights[lane] / size;
        let difference = 0;
        for (let i = 0; i < atoms; i += 1) {
          difference += support[i] * (wanted[i] - own[i]);
          own[i] = scale * (wanted[i] - own[i]);
        }
        surprise[lane] = entropy;
        if (bad < 0 && !Number.isFinite(entropy)) bad = lane;
        error.signals[lane] = scale * difference;
        head.spread(own, actions[lane], error.outputs, size, lane);
      }
      return bad;
    },
  };
}
