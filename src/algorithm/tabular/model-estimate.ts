import type { TransitionModel } from '../../environment/model.js';

/** What was counted of the transitions of one action in one state, for each next state, ended or not. */
interface Seen {
  readonly next: number;
  readonly terminated: boolean;
  count: number;
  /** Sum of the rewards. */
  reward: number;
}

/** Counts of transitions, and the model that they estimate. */
export interface Counts {
  record(state: number, action: number, reward: number, next: number, terminated: boolean): void;
  /**
   * The maximum-likelihood model: P = N(s, a, s') / N(s, a), R = Σ r / N(s, a). An action never taken in a state has no outcome there: it cannot be
   * chosen, and a state without any other has the value 0.
   */
  estimate(): TransitionModel;
}

/** @param like whose states, actions, first states and layout the estimate has; its transitions are not read */
export function createCounts(like: TransitionModel): Counts {
  const { states, actions } = like;
  const rows = Array.from({ length: states * actions }, (): Seen[] => []);
  return {
    record(state, action, reward, next, terminated) {
      const row = rows[state * actions + action];
      const known = row.find((each) => each.next === next && each.terminated === terminated);
      if (known === undefined) row.push({ next, terminated, count: 1, reward });
      else {
        known.count += 1;
        known.reward += reward;
      }
    },
    estimate() {
      const offset = new Int32Array(rows.length + 1);
      rows.forEach((row, i) => { offset[i + 1] = offset[i] + row.length; });
      const seen = rows.flat();
      const visits = rows.flatMap((row) => row.map(() => row.reduce((sum, { count }) => sum + count, 0)));
      return {
        ...like,
        offset,
        probability: Float64Array.from(seen, ({ count }, i) => count / visits[i]),
        next: Int32Array.from(seen, ({ next }) => next),
        reward: Float64Array.from(seen, ({ reward, count }) => reward / count),
        terminated: Uint8Array.from(seen, ({ terminated }) => Number(terminated)),
      };
    },
  };
}
