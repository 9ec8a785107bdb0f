import test from 'ava';

import { makeEnvironment } from '../../src/environment/registry.js';
import { withObservationTraces } from '../../src/network/observation-traces.js';
import { createTraceBankState, updateTraces } from '../../src/network/trace-bank.js';

const SENSES = { observationTraces: [2, 8], observationScale: null };
const create = (seed: number) => withObservationTraces(makeEnvironment('PendulumNoVel-v1', { seed }), SENSES);

test('scaled observations are followed by their traces', (t) => {
  const environment = withObservationTraces(makeEnvironment('CartPoleNoVel-v1', { seed: 3 }), { observationTraces: [2, 8], observationScale: [2, 0.5] });
  const state = createTraceBankState({ observations: 2, timeConstants: [2, 8] });
  t.is(environment.observationSpace.low.length, 6);
  for (const seen of [environment.reset(), environment.step(1).observation, environment.step(0).observation]) {
    const voltages = new Float64Array(4);
    updateTraces({ observations: 2, timeConstants: [2, 8] }, state, Float32Array.of(seen[0] / 2, seen[1] / 0.5), 0, voltages, 0, true);
    t.deepEqual([...seen.subarray(2)], [...voltages]);
  }
});

test('no memory is the environment itself', (t) => {
  const environment = makeEnvironment('Pendulum-v1');
  t.is(withObservationTraces(environment, { observationTraces: [], observationScale: null }), environment);
});

test('a step taken again from a state gives the same and adapts no gain twice', (t) => {
  const environment = create(1);
  environment.reset();
  for (let i = 0; i < 20; i += 1) environment.step([Math.sin(i)]);
  const state = environment.getState();
  const once = [environment.step([1]), environment.getState()];
  environment.setState(state);
  t.deepEqual([environment.step([1]), environment.getState()], once);
  const other = create(9);
  other.setState(state);
  t.deepEqual([other.step([1]), other.getState()], once);
});

test('a reset clears the traces and keeps the gains', (t) => {
  const environment = create(1);
  environment.reset();
  for (let i = 0; i < 50; i += 1) environment.step([1]);
  const gains = (state: readonly number[]) => state.slice(-5, -1);
  const before = gains(environment.getState());
  const first = environment.reset({ seed: 5 });
  const after = gains(environment.getState());
  after.forEach((mean, i) => { t.true(Math.abs(mean / before[i] - 1) < 0.2); });
  const bare = makeEnvironment('PendulumNoVel-v1').reset({ seed: 5 });
  t.deepEqual(first.subarray(0, 2), bare);
  t.is(first[2], Math.fround(bare[0]) / 2 / Math.sqrt(after[0])); // of nothing but the first observation
});

test('an evaluation takes the trained gains and leaves them as they are', (t) => {
  const trained = create(1);
  trained.reset();
  for (let i = 0; i < 50; i += 1) trained.step([1]);
  const state = trained.getState();
  const [evaluated, untrained] = [state, 'untrained' as const].map((from) => withObservationTraces(makeEnvironment('PendulumNoVel-v1', { seed: 2 }), SENSES, from));
  for (const environment of [evaluated, untrained]) {
    environment.reset();
    for (let i = 0; i < 30; i += 1) environment.step([-1]);
  }
  t.deepEqual(evaluated.getState().slice(-5), state.slice(-5));
  t.true(evaluated.step([0]).observation.subarray(2).every((voltage) => voltage !== 0));
  t.deepEqual([...untrained.step([0]).observation.subarray(2)], [0, 0, 0, 0]);
});

test('a scale of another length than the observations names the option', (t) => {
  t.throws(() => withObservationTraces(makeEnvironment('Pendulum-v1'), { observationTraces: [2], observationScale: [1] }), { instanceOf: RangeError, message: /^"network.observationScale" expected a list of 3 divisors, got / });
});
