/**
 * Holds learning and acting together: by environment step s a partition should have made
 *
 *   due(s) = floor(max(0, s - warmup) · updatesPerStep)
 *
 * updates. It may run ahead of that, or act while behind it, by at most `window` updates. A window of 0 makes acting and
 * learning alternate strictly, which the synchronous schedule needs to be exactly repeatable.
 */
export interface RateLimiter {
  due(steps: number): number;
  mayLearn(updates: number, steps: number): boolean;
  mayAct(updates: number, steps: number): boolean;
  /** True where a run may end: no update is owed, or the run was stopped and its updates are not fixed anyway. */
  isSettled(updates: number, steps: number, stopped: boolean): boolean;
}

export interface RateLimit {
  /** Environment steps before the first update. */
  readonly warmup: number;
  readonly updatesPerStep: number;
  /** Updates; Infinity lets learning run free. */
  readonly window: number;
}

export function createRateLimiter({ warmup, updatesPerStep, window }: RateLimit): RateLimiter {
  const due = (steps: number) => Math.floor(Math.max(0, steps - warmup) * updatesPerStep);
  return {
    due,
    mayLearn: (updates, steps) => steps > warmup && updates < due(steps) + window,
    mayAct: (updates, steps) => updates >= due(steps) - window,
    isSettled: (updates, steps, stopped) => window === Infinity || (stopped && window > 0) || updates >= due(steps),
  };
}

/**
 * The same for learning from the stream: update u is about the u-th slot of the replay and the one after it, so that learning
 * can never run ahead of acting. What is counted in place of steps is slots stored.
 *
 * @param window updates that acting may run ahead
 */
export function createStreamLimiter(window: number): RateLimiter {
  const due = (stored: number) => Math.max(0, stored - 1);
  return {
    due,
    mayLearn: (updates, stored) => updates < due(stored),
    mayAct: (updates, stored) => updates >= due(stored) - window,
    isSettled: (updates, stored) => updates >= due(stored),
  };
}
