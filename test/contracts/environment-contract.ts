import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import type { Action, Environment, Space, StepResult } from '../../src/environment/environment.js';
import { listEnvironments, makeEnvironment } from '../../src/environment/registry.js';

/** Elapsed steps, ended, stream position and seed: what follows the physical state. */
const COUNTERS = 4;
const RUNS = { numRuns: 20 };

const anySeed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** Actions of a space; those of a box go to three times its bounds, and now and then exactly onto them. */
function anyAction(space: Space): fc.Arbitrary<Action> {
  if (space.kind === 'discrete') return fc.nat(space.count - 1);
  const numbers = space.low.map((low, i) => {
    const high = space.high[i];
    return fc.oneof(fc.double({ min: 3 * low, max: 3 * high, noNaN: true }), fc.constantFrom(low, high, 0));
  });
  return fc.tuple(...numbers);
}

/** Steps through the actions, into further episodes where one ends, and gives all that came back. */
function play(environment: Environment, actions: readonly Action[]): (StepResult | Float64Array)[] {
  const seen: (StepResult | Float64Array)[] = [];
  for (const action of actions) {
    const result = environment.step(action);
    seen.push(result);
    if (result.terminated || result.truncated) seen.push(environment.reset());
  }
  return seen;
}

function physicsOf(environment: Environment): number[] {
  return environment.getState().slice(0, -COUNTERS);
}

/** Calls as JavaScript callers can, past the types. */
function callUntyped(method: (argument: never) => unknown, argument: unknown): unknown {
  return Reflect.apply(method, undefined, [argument]);
}

function throwsOption(t: ExecutionContext, body: () => unknown, kind: typeof TypeError | typeof RangeError, start: string): void {
  const error = t.throws(body, { instanceOf: kind });
  t.true(error.message.startsWith(start), `${error.message} does not start with ${start}`);
}

/** First observations of so many episodes that two series of them differ, even where a task has but two first states. */
function firsts(environment: Environment): Float64Array[] {
  return Array.from({ length: 40 }, () => environment.reset());
}

/**
 * The suite every environment passes.
 *
 * @param options names of the task's own options
 */
export function environmentContract(id: string, options: readonly string[] = []): void {
  const { actionSpace, observationSpace } = makeEnvironment(id);
  const action: Action = actionSpace.kind === 'discrete' ? 0 : actionSpace.low.map(() => 0);
  const anyPlay = (longest: number) => fc.array(anyAction(actionSpace), { minLength: 1, maxLength: longest });

  function started(seed = 1): Environment {
    const environment = makeEnvironment(id, { seed });
    environment.reset();
    return environment;
  }

  test(`${id}: carries its id and is listed`, (t) => {
    t.is(makeEnvironment(id).id, id);
    t.true(listEnvironments().includes(id));
  });

  test(`${id}: describes well-formed spaces`, (t) => {
    t.is(observationSpace.kind, 'box');
    for (const space of [observationSpace, actionSpace]) {
      if (space.kind === 'discrete') {
        t.true(Number.isInteger(space.count) && space.count >= 2);
        continue;
      }
      t.deepEqual([space.low.length, space.high.length], [space.shape[0], space.shape[0]]);
      t.true(space.low.every((low, i) => low < space.high[i]));
    }
  });

  test(`${id}: observes inside its space, in float32 numbers, and rewards with finite numbers`, (t) => {
    const inside = (observation: Float64Array) =>
      observation.length === observationSpace.shape[0] &&
      observation.every((x, i) => Math.fround(x) === x && x >= observationSpace.low[i] && x <= observationSpace.high[i]);
    t.notThrows(() => { fc.assert(fc.property(anySeed, anyPlay(60), (seed, actions) => {
      const environment = makeEnvironment(id, { seed });
      const first = environment.reset();
      return inside(first) && play(environment, actions).every((seen) =>
        seen instanceof Float64Array ? inside(seen) : inside(seen.observation) && Number.isFinite(seen.reward));
    }), RUNS); });
  });

  test(`${id}: repeats its episodes for the same seed`, (t) => {
    fc.assert(fc.property(anySeed, anyPlay(60), (seed, actions) => {
      const [one, other] = [started(seed), started(seed)];
      t.deepEqual(play(one, actions), play(other, actions));
    }), RUNS);
    t.notDeepEqual(firsts(makeEnvironment(id, { seed: 1 })), firsts(makeEnvironment(id, { seed: 2 })));
    t.deepEqual(firsts(makeEnvironment(id)), firsts(makeEnvironment(id, { seed: 0 })));
  });

  test(`${id}: goes on along its random stream at a reset, and back to the start with a seed`, (t) => {
    const environment = makeEnvironment(id, { seed: 3 });
    const [first, second] = [firsts(environment), firsts(environment)];
    t.notDeepEqual(second, first);
    environment.reset({ seed: 3 });
    t.deepEqual([...firsts(environment), ...firsts(environment)].slice(0, -1), [...first, ...second].slice(1));
    t.deepEqual([environment.reset({ seed: 4 }), ...firsts(environment).slice(0, -1)], firsts(makeEnvironment(id, { seed: 4 })));
  });

  test(`${id}: resumes exactly from a state, in an environment of another seed and across resets`, (t) => {
    fc.assert(fc.property(anySeed, anyPlay(40), anyPlay(40), (seed, before, after) => {
      const environment = started();
      environment.reset({ seed });
      play(environment, before);
      const restored = makeEnvironment(id, { seed: 99 });
      restored.setState(environment.getState());
      t.deepEqual(restored.getState(), environment.getState());
      t.deepEqual(play(restored, after), play(environment, after));
      t.deepEqual([restored.reset(), restored.reset()], [environment.reset(), environment.reset()]);
    }), RUNS);
  });

  test(`${id}: takes a physical state alone and leaves elapsed steps and random stream as they are`, (t) => {
    const environment = started();
    const physics = physicsOf(environment);
    environment.step(action);
    const counters = environment.getState().slice(-COUNTERS);
    environment.setState(Float64Array.from(physics));
    t.deepEqual(environment.getState(), [...physics, ...counters]);
    const fresh = makeEnvironment(id);
    fresh.setState(physics);
    t.notThrows(() => fresh.step(action));
  });

  test(`${id}: truncates at its time limit, and there only`, (t) => {
    const environment = started();
    const physics = physicsOf(environment); // a first state, put back before every step, so that nothing ends the task
    let steps = 0;
    let result: StepResult;
    do {
      environment.setState(physics);
      result = environment.step(action);
      steps += 1;
      t.false(result.terminated);
    } while (!result.truncated && steps < 10_000);
    t.true(result.truncated);
    t.deepEqual(environment.getState().slice(-COUNTERS, -2), [steps, 1]);
    t.throws(() => environment.step(action), { instanceOf: Error, message: `${id} has no running episode: call reset() before step()` });
    environment.reset();
    t.false(environment.step(action).truncated);
  });

  test(`${id}: refuses a step where no episode is running`, (t) => {
    const message = `${id} has no running episode: call reset() before step()`;
    const environment = makeEnvironment(id);
    t.throws(() => environment.step(action), { instanceOf: Error, message });
    environment.setState(makeEnvironment(id).getState());
    t.throws(() => environment.step(action), { instanceOf: Error, message });
  });

  test(`${id}: hands out arrays that are the caller's own`, (t) => {
    const environment = started();
    const state = environment.getState();
    const { observation } = environment.step(action);
    const copy = observation.slice();
    environment.step(action);
    t.deepEqual(observation, copy);
    observation.fill(NaN);
    t.true(environment.step(action).observation.every(Number.isFinite));
    environment.setState(state);
    const again = environment.getState();
    state.fill(0);
    t.deepEqual(environment.getState(), again);
  });

  test(`${id}: refuses a bad action and stays as it was`, (t) => {
    const environment = started();
    const state = environment.getState();
    const step = (bad: unknown): unknown => callUntyped(environment.step.bind(environment), bad);
    const wrongKinds = actionSpace.kind === 'discrete' ? [[0], '0', null] : [0, '0', null, actionSpace.low.map(() => '0')];
    const wrongValues = actionSpace.kind === 'discrete'
      ? [-1, actionSpace.count, 0.5, NaN]
      : [[], [...actionSpace.low, 0], actionSpace.low.map(() => NaN), actionSpace.low.map(() => Infinity)];
    for (const bad of [undefined, ...wrongKinds]) throwsOption(t, () => step(bad), TypeError, '"action" expected a ');
    for (const bad of wrongValues) throwsOption(t, () => step(bad), RangeError, '"action" expected a ');
    t.deepEqual(environment.getState(), state);
  });

  test(`${id}: refuses a bad state and stays as it was`, (t) => {
    const environment = started();
    const state = environment.getState();
    const size = state.length - COUNTERS;
    const set = (bad: unknown): unknown => callUntyped(environment.setState.bind(environment), bad);
    const constraint = `"state" expected a list of ${size} or ${state.length} finite numbers, got `;
    for (const bad of [undefined, null, 1, 'state', state.map(String)]) throwsOption(t, () => set(bad), TypeError, constraint);
    for (const bad of [[], state.slice(1), [...state, 0]]) throwsOption(t, () => set(bad), RangeError, constraint);
    throwsOption(t, () => set(state.with(1, NaN)), RangeError, `${constraint}NaN at index 1`);
    throwsOption(t, () => set(state.with(0, -Infinity)), RangeError, `${constraint}-Infinity at index 0`);
    const counters = '"state" expected whole numbers for elapsed steps, ended (0 or 1), stream position and seed, got ';
    for (const [index, bad] of [[0, -1], [0, 0.5], [1, 2], [2, 1.5], [3, 2 ** 53]]) {
      throwsOption(t, () => set(state.with(size + index, bad)), RangeError, counters);
    }
    t.deepEqual(environment.getState(), state);
  });

  test(`${id}: refuses a bad seed and an option nobody reads`, (t) => {
    const environment = makeEnvironment(id);
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
      throwsOption(t, () => environment.reset({ seed }), RangeError, '"seed" expected a whole number ');
      throwsOption(t, () => makeEnvironment(id, { seed }), RangeError, '"seed" expected a whole number ');
    }
    const misspelt: object = { sed: 1 };
    const refused = (known: readonly string[]) => `"sed" expected a known option (${known.join(', ')}), got "sed"; did you mean "seed"?`;
    t.throws(() => environment.reset(misspelt), { instanceOf: RangeError, message: refused(['seed']) });
    t.throws(() => makeEnvironment(id, misspelt), { instanceOf: RangeError, message: refused(['seed', ...options]) });
  });

  test(`${id}: closes, and closes again`, (t) => {
    const environment = started();
    environment.close();
    t.notThrows(() => { environment.close(); });
  });
}
