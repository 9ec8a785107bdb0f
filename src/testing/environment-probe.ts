import assert from 'node:assert/strict';

import type { Action, BoxSpace, Environment, Space, StepResult } from '../environment/environment.js';

/** Elapsed steps, ended, stream position and seed: what follows the physical state. */
export const COUNTERS = 4;
/** Steps that are walked up to the time limit; of a longer episode, the last ones. */
export const WALKED = 2_000;

/** What came back: a first observation, or a step. */
type Seen = StepResult | Float64Array;

/** Steps through the actions, into further episodes where one ends. */
export function play(environment: Environment, actions: readonly Action[]): Seen[] {
  const seen: Seen[] = [];
  for (const action of actions) {
    const result = environment.step(action);
    seen.push(result);
    if (result.terminated || result.truncated) seen.push(environment.reset());
  }
  return seen;
}

export function physicsOf(environment: Environment): number[] {
  return environment.getState().slice(0, -COUNTERS);
}

/** First observations and states of 40 episodes: series that differ even where a task has but two first states. */
export function firsts(environment: Environment): unknown[] {
  return Array.from({ length: 40 }, () => [environment.reset(), physicsOf(environment)]);
}

/** Calls as JavaScript callers can, past the types. */
export function callUntyped(method: (argument: never) => unknown, argument: unknown): unknown {
  return Reflect.apply(method, undefined, [argument]);
}

export function refuses(body: () => unknown, kind: typeof TypeError | typeof RangeError, start: string): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof kind, `${String(error)} is no ${kind.name}`);
    assert.ok(error.message.startsWith(start), `${error.message} does not start with ${start}`);
    return true;
  });
}

export function checkSpace(space: Space): void {
  if (space.kind === 'discrete') {
    assert.ok(Number.isInteger(space.count) && space.count >= 2, `${space.count} actions`);
    return;
  }
  const size = space.shape.reduce((product, each) => product * each, 1);
  assert.deepEqual([space.low.length, space.high.length], [size, size]);
  space.low.forEach((low, i) => { assert.ok(low < space.high[i], `bounds ${low} and ${space.high[i]} at index ${i}`); });
}

export function checkInside({ low, high, type }: BoxSpace, observation: Float64Array): void {
  assert.equal(observation.length, low.length);
  observation.forEach((x, i) => {
    assert.ok(x >= low[i] && x <= high[i], `observed ${x} at index ${i}, out of ${low[i]} to ${high[i]}`);
    if (type === 'float32') assert.equal(x, Math.fround(x));
    if (type === 'uint8') assert.ok(Number.isInteger(x) && x >= 0 && x <= 255, `observed ${x} at index ${i}, no byte`);
  });
}

/**
 * The steps after which an episode is truncated, by bisection.
 *
 * @param state of a running episode
 */
export function timeLimitOf(environment: Environment, state: readonly number[], action: Action): number {
  const cuts = (steps: number): boolean => {
    environment.setState(state.with(-COUNTERS, steps - 1));
    return environment.step(action).truncated;
  };
  let [low, high] = [0, 1];
  while (!cuts(high)) {
    assert.ok(high < 2 ** 40, 'it has no time limit');
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cuts(middle)) high = middle;
    else low = middle;
  }
  return high;
}
