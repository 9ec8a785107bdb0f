/**
 * Keeps the ratio of updates to environment steps: by environment step s a partition should have made
 *
 *   due(s) = floor(max(0, s - warmup) · updatesPerStep)
 *
 * updates. Learning may be ahead of that, or acting continue while it is behind, by at most `window` updates. With a window of 0 acting and
 * learning alternate strictly, as the synchronous schedule needs to be exactly repeatable.
 */
export interface RateLimiter {
  due(steps: number): number;
  mayLearn(updates: number, steps: number): boolean;
  mayAct(updates: number, steps: number): boolean;
  /** True if a run may end: no update is due, or the run was stopped and the number of its updates varies anyway. */
  isSettled(updates: number, steps: number, stopped: boolean): boolean;
}

export interface RateLimit {
  /** Environment steps before the first update. */
  readonly warmup: number;
  readonly updatesPerStep: number;
  /** Updates; Infinity for no limit. */
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
 * The rate limiter of online rules: update u is about slot u of the replay and the slot after it, so that learning
 * cannot be ahead of acting. It counts slots stored instead of steps.
 *
 * @param window updates by which learning may be behind acting
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
