import assert from 'node:assert/strict';
import { isAbsolute } from 'node:path';

import type { Action, Environment } from '../environment/environment.js';
import { environmentId, listEnvironments, makeEnvironment } from '../environment/registry.js';
import { contractCheck, type ContractCheck } from './check.js';
import { forAll } from './draw.js';
import { callUntyped, checkInside, checkSpace, COUNTERS, firsts, physicsOf, play, refuses, timeLimitOf, WALKED } from './environment-probe.js';

/**
 * What every environment has to be, a user's own too: load its module first, by `loadEnvironment(name)`.
 *
 * @param name as `makeEnvironment` takes it
 * @param options names of the options that its task has; `core`: how many of the first numbers of its state suffice to set one
 */
export function environmentContract(name: string, { options = [], core }: { readonly options?: readonly string[]; readonly core?: number } = {}): ContractCheck[] {
  const { id, actionSpace, observationSpace } = makeEnvironment(name);
  const action: Action = actionSpace.kind === 'discrete' ? 0 : actionSpace.low.map(() => 0);
  const notRunning = { name: 'Error', message: `${id} has no running episode: call reset() before step()` };
  const check = (fact: string, body: () => void): ContractCheck => contractCheck(`${name}: ${fact}`, body);

  function started(seed = 1): Environment {
    const environment = makeEnvironment(name, { seed });
    environment.reset();
    return environment;
  }

  /** False for a task whose episodes all start alike. */
  function drawsFirstStates(): boolean {
    const environment = started();
    const [before, , after] = [environment.getState(), environment.reset(), environment.getState()];
    return before.at(-2) !== after.at(-2);
  }

  return [
    check('carries its id and is listed', () => {
      const listed = environmentId(name);
      assert.ok(listEnvironments().includes(listed));
      if (!isAbsolute(listed)) assert.equal(id, listed); // a module's path is no id
    }),

    check('describes well-formed spaces', () => {
      assert.equal(observationSpace.kind, 'box');
      checkSpace(observationSpace);
      checkSpace(actionSpace);
    }),

    check('observes inside its space, in numbers of its type, and rewards with finite numbers', () => {
      forAll('observes inside its space', (draw) => {
        const environment = makeEnvironment(name, { seed: draw.seed() });
        checkInside(observationSpace, environment.reset());
        for (const seen of play(environment, draw.actions(actionSpace, 60))) {
          checkInside(observationSpace, seen instanceof Float64Array ? seen : seen.observation);
          if (!(seen instanceof Float64Array)) assert.ok(Number.isFinite(seen.reward), `reward ${seen.reward}`);
        }
      });
    }),

    check('repeats its episodes for the same seed', () => {
      forAll('repeats its episodes', (draw) => {
        const [seed, actions] = [draw.seed(), draw.actions(actionSpace, 60)];
        assert.deepEqual(play(started(seed), actions), play(started(seed), actions));
      });
      assert.deepEqual(firsts(makeEnvironment(name)), firsts(makeEnvironment(name, { seed: 0 })));
      if (drawsFirstStates()) assert.notDeepEqual(firsts(makeEnvironment(name, { seed: 1 })), firsts(makeEnvironment(name, { seed: 2 })));
    }),

    check('goes on along its random stream at a reset, and back to the start with a seed', () => {
      const environment = makeEnvironment(name, { seed: 3 });
      const [first, second] = [firsts(environment), firsts(environment)];
      if (drawsFirstStates()) assert.notDeepEqual(second, first);
      environment.reset({ seed: 3 });
      assert.deepEqual([...firsts(environment), ...firsts(environment)].slice(0, -1), [...first, ...second].slice(1));
      assert.deepEqual(environment.reset({ seed: 4 }), makeEnvironment(name, { seed: 4 }).reset());
      assert.deepEqual(firsts(environment).slice(0, -1), firsts(makeEnvironment(name, { seed: 4 })).slice(1));
    }),

    check('resumes exactly from a state, in an environment of another seed and across resets', () => {
      forAll('resumes exactly', (draw) => {
        const environment = started();
        environment.reset({ seed: draw.seed() });
        play(environment, draw.actions(actionSpace, 40));
        const restored = makeEnvironment(name, { seed: 99 });
        restored.setState(environment.getState());
        assert.deepEqual(restored.getState(), environment.getState());
        const after = draw.actions(actionSpace, 40);
        assert.deepEqual(play(restored, after), play(environment, after));
        assert.deepEqual([restored.reset(), restored.reset()], [environment.reset(), environment.reset()]);
      });
    }),

    check('takes a physical state alone and leaves elapsed steps and random stream as they are', () => {
      const environment = started();
      const physics = physicsOf(environment);
      environment.step(action);
      const counters = environment.getState().slice(-COUNTERS).with(1, 0); // the episode runs again
      environment.setState(Float64Array.from(physics));
      assert.deepEqual(environment.getState(), [...physics, ...counters]);
      const fresh = makeEnvironment(name);
      fresh.setState(physics);
      assert.doesNotThrow(() => fresh.step(action));
    }),

    check('truncates at its time limit, and there only', () => {
      const state = started().getState();
      const physics = state.slice(0, -COUNTERS); // put back before every step, so that nothing else ends the episode
      const limit = timeLimitOf(started(), state, action);
      const environment = started();
      const first = Math.max(0, limit - WALKED);
      environment.setState(state.with(-COUNTERS, first));
      for (let steps = first + 1; steps <= limit; steps += 1) {
        environment.setState(physics);
        assert.equal(environment.step(action).truncated, steps === limit, `at step ${steps} of ${limit}`);
      }
      assert.deepEqual(environment.getState().slice(-COUNTERS, -2), [limit, 1]);
      assert.throws(() => environment.step(action), notRunning);
      environment.reset();
      assert.equal(environment.step(action).truncated, limit === 1);
    }),

    check('refuses a step where no episode is running', () => {
      const environment = makeEnvironment(name);
      assert.throws(() => environment.step(action), notRunning);
      environment.setState(makeEnvironment(name).getState());
      assert.throws(() => environment.step(action), notRunning);
    }),

    check("hands out arrays that are the caller's own", () => {
      const environment = started();
      const state = environment.getState();
      const step = (): Float64Array => {
        environment.setState(state.slice(0, -COUNTERS));
        return environment.step(action).observation;
      };
      const observation = step();
      const copy = observation.slice();
      step();
      assert.deepEqual(observation, copy);
      observation.fill(NaN);
      assert.ok(step().every(Number.isFinite));
      environment.setState(state);
      const again = environment.getState();
      state.fill(0);
      assert.deepEqual(environment.getState(), again);
    }),

    check('refuses a bad action and stays as it was', () => {
      const environment = started();
      const state = environment.getState();
      const step = (bad: unknown): unknown => callUntyped(environment.step.bind(environment), bad);
      const wrongKinds = actionSpace.kind === 'discrete' ? [[0], '0', null] : [0, '0', null, actionSpace.low.map(() => '0')];
      const wrongValues = actionSpace.kind === 'discrete'
        ? [-1, actionSpace.count, 0.5, NaN]
        : [[], [...actionSpace.low, 0], actionSpace.low.map(() => NaN), actionSpace.low.map(() => Infinity)];
      for (const bad of [undefined, ...wrongKinds]) refuses(() => step(bad), TypeError, '"action" expected a ');
      for (const bad of wrongValues) refuses(() => step(bad), RangeError, '"action" expected a ');
      assert.deepEqual(environment.getState(), state);
    }),

    check('refuses a bad state and stays as it was', () => {
      const environment = started();
      const state = environment.getState();
      const size = state.length - COUNTERS;
      const set = (bad: unknown): unknown => callUntyped(environment.setState.bind(environment), bad);
      const constraint = `"state" expected a list of ${core === undefined ? '' : `${core} or `}${size} or ${state.length} finite numbers, got `;
      for (const bad of [undefined, null, 1, 'state', state.map(String)]) refuses(() => set(bad), TypeError, constraint);
      for (const bad of [[0, ...state], state.slice(1), state.slice(2)]) refuses(() => set(bad), RangeError, constraint);
      refuses(() => set(state.with(1, NaN)), RangeError, `${constraint}NaN at index 1`);
      refuses(() => set(state.with(0, -Infinity)), RangeError, `${constraint}-Infinity at index 0`);
      const counters = '"state" expected whole numbers for elapsed steps, ended (0 or 1), stream position and seed, got ';
      for (const [index, bad] of [[0, -1], [0, 0.5], [1, 2], [2, 1.5], [3, 2 ** 53]]) {
        refuses(() => set(state.with(size + index, bad)), RangeError, counters);
      }
      assert.deepEqual(environment.getState(), state);
    }),

    check('refuses a bad seed and an unknown option', () => {
      const environment = makeEnvironment(name);
      for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
        refuses(() => environment.reset({ seed }), RangeError, '"seed" expected a whole number ');
        refuses(() => makeEnvironment(name, { seed }), RangeError, '"seed" expected a whole number ');
      }
      const misspelt: object = { sed: 1 };
      const refused = (known: readonly string[]) => ({ name: 'RangeError', message: `"sed" expected a known option (${known.join(', ')}), got "sed"; did you mean "seed"?` });
      assert.throws(() => environment.reset(misspelt), refused(['seed']));
      assert.throws(() => makeEnvironment(name, misspelt), refused(['seed', ...options]));
    }),

    check('closes, and closes again', () => {
      const environment = started();
      environment.close();
      assert.doesNotThrow(() => { environment.close(); });
    }),
  ];
}
