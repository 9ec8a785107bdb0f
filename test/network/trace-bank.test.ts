import test from 'ava';
import fc from 'fast-check';

import { checkTraceConstants, createTraceBankState, resetTraces, traceNeurons, updateTraces, type TraceBank } from '../../src/network/trace-bank.js';

const memory: TraceBank = { observations: 1, timeConstants: [2, 4] };

/** Voltages after each of a row of observations of one component. */
function voltagesOf(observations: readonly number[], state = createTraceBankState(memory), adapt = true): number[][] {
  return observations.map((observation) => {
    const voltages = new Float64Array(2);
    updateTraces(memory, state, [observation], 0, voltages, 0, adapt);
    return [...voltages];
  });
}

test('two observations, by hand', (t) => {
  // u = (1/2, 1/4), d = (1/2, 1/4), m = d²; then u = (1/4, 3/16), d = (-1/4, 1/16), m = (1/4 + 1/16)/2, (1/16 + 1/256)/2
  const [first, second] = voltagesOf([1, 0]);
  t.deepEqual(first, [1, 1]);
  t.true(Math.abs(second[0] + 0.25 / Math.sqrt(5 / 32)) < 1e-12);
  t.true(Math.abs(second[1] - 0.0625 / Math.sqrt(17 / 512)) < 1e-12);
});

test('a pulse is remembered as the difference of two exponentials', (t) => {
  const state = createTraceBankState(memory);
  state.meanSquares.fill(1); // gains of 1
  const seen = voltagesOf([1, ...new Array<number>(20).fill(0)], state, false);
  const after = (tau: number, k: number) => (1 - 1 / tau) ** k / tau;
  for (let k = 1; k <= 20; k += 1) t.true(Math.abs(seen[k][1] - (after(2, k) - after(4, k))) < 1e-12);
});

test('a steady climb is seen as its slope, from every place', (t) => {
  const state = createTraceBankState(memory);
  state.meanSquares.fill(1);
  const climb = Array.from({ length: 200 }, (_, i) => 5 + 0.03 * i);
  const last = voltagesOf(climb, state, false).at(-1);
  t.true(Math.abs((last?.[0] ?? 0) - 0.03) < 1e-9); // the lag of an integrator is slope (τ - 1)
  t.true(Math.abs((last?.[1] ?? 0) - 0.06) < 1e-9);
});

test('gains make voltages independent of the observation\'s scale, and bounded', (t) => {
  fc.assert(fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 }).filter(([first]) => Math.abs(first) > 0.1), (seen) => {
    const [whole, small] = [voltagesOf(seen), voltagesOf(seen.map((value) => value / 1024))];
    whole.flat().forEach((voltage, i) => { t.true(Math.abs(voltage - small.flat()[i]) < 1e-9 && Math.abs(voltage) <= 4); });
  }), { seed: 1, numRuns: 30 });
});

test('a new episode clears the traces and keeps the gains, and evaluation does not change the gains', (t) => {
  const state = createTraceBankState(memory);
  voltagesOf([1, 0.5, -1], state);
  const { meanSquares, observed } = structuredClone(state);
  voltagesOf([0.3], state, false);
  resetTraces(state);
  t.deepEqual(state, { integrators: new Float64Array(2), meanSquares, observed });
  t.deepEqual(observed, Float64Array.of(3));
});

test('a constant observation is not magnified', (t) => {
  t.deepEqual(voltagesOf([0, 0, 0]), [[0, 0], [0, 0], [0, 0]]);
});

test('components are remembered apart, from and to the places given', (t) => {
  const two: TraceBank = { observations: 2, timeConstants: [2, 4] };
  const voltages = new Float32Array(6).fill(7);
  updateTraces(two, createTraceBankState(two), [9, 1, -1], 1, voltages, 2, true);
  t.is(traceNeurons(two), 4);
  t.deepEqual([...voltages], [7, 7, 1, 1, -1, -1]);
});

test('time constants ascend from above 1', (t) => {
  t.deepEqual(checkTraceConstants([2, 4.5, 32]), [2, 4.5, 32]);
  t.throws(() => checkTraceConstants([1]), { instanceOf: RangeError, message: '"network.observationTraces[0]" expected a number > 1 and <= 1000000, got 1' });
  t.throws(() => checkTraceConstants([4, 4]), { instanceOf: RangeError, message: '"network.observationTraces[1]" expected a time constant longer than the one before, got 4' });
  t.throws(() => checkTraceConstants(['2']), { instanceOf: TypeError, message: '"network.observationTraces[0]" expected a number > 1 and <= 1000000, got "2"' });
});
