import test from 'ava';

import { FEEDBACK } from '../../../src/credit/fixed-feedback.js';
import { attachCredit } from '../../../src/placement/actor-learners/layout.js';
import type { ActorLearnerOptions } from '../../../src/placement/actor-learners/settings.js';
import { createBench, type Bench } from './fixture.js';

const STEPS = 5;

const MEMORIES: readonly (readonly [string, ActorLearnerOptions])[] = [
  ['recurrent layers', { network: { hidden: [5, 4], recurrent: 1 } }],
  ['leaky recurrent connections', { network: { hidden: [5], recurrent: 0.6, recurrentTimeConstant: 4 } }],
  ['leaky neurons', { network: { hidden: [4, 3], neuronModel: 'leaky', membraneTimeConstant: 3 } }],
  ['leaky neurons that are read again', { network: { hidden: [4], neuronModel: 'leaky', membraneTimeConstant: 3, recurrent: 1, recurrentTimeConstant: 2 } }],
  ['leaky trunks apart', { network: { hidden: [3], neuronModel: 'leaky', recurrent: 1 }, policy: { separateTrunks: true } }],
];

/** A rollout whose first state carries something on from before. @returns its observations, each without what is carried on but the first */
function drawStates({ layout, stream }: Bench): number[][] {
  return Array.from({ length: STEPS }, (_, t) => Array.from({ length: t === 0 ? layout.cursors.observations : layout.observations }, () => stream.gaussian()));
}

/** Shows the rollout from its first state on, each state carrying on from the one before. */
function show({ networks, rollout }: Bench, states: readonly (readonly number[])[], each: (t: number) => void): void {
  states.forEach((state, t) => {
    networks.show(t === 0 ? state : networks.remember(Float64Array.from(state), t - 1), t);
    each(t);
  });
  rollout.length = states.length;
}

/** Central differences of a sum over the rollout by each weight. */
function slopes(bench: Bench, states: readonly (readonly number[])[], term: (t: number) => number): number[] {
  const { weights } = bench.networks;
  const sum = () => {
    let total = 0;
    show(bench, states, (t) => { total += term(t); });
    return total;
  };
  return Array.from(weights, (at, i) => {
    const h = 2 ** -7;
    weights[i] = at + h;
    const above = sum();
    weights[i] = at - h;
    const below = sum();
    weights[i] = at;
    return (above - below) / (2 * h);
  });
}

function drawErrors({ objective: { error }, stream, rollout: { size }, layout: { outputs } }: Bench): void {
  error.outputs.fill(0);
  error.signals.fill(0);
  for (let t = 0; t < STEPS; t += 1) {
    error.signals[t] = stream.gaussian();
    for (let k = 0; k < outputs; k += 1) error.outputs[k * size + t] = stream.gaussian();
  }
}

for (const [name, options] of MEMORIES) {
  test(`the gradient through ${name} is the slope over the whole rollout with its first state fixed`, (t) => {
    const bench = createBench({ algorithm: 'a3c', rollout: { steps: STEPS + 1 }, ...options });
    const { networks, objective: { error }, rollout: { size } } = bench;
    t.true(bench.layout.cursors.observations > bench.layout.observations);
    show(bench, drawStates(bench), () => undefined); // leaves lanes full
    networks.differentiate({ outputs: error.outputs.fill(1), signals: error.signals }, STEPS);
    const states = drawStates(bench);
    drawErrors(bench);
    show(bench, states, () => undefined);
    networks.differentiate(error, STEPS);
    const gradient = networks.gradient.slice();
    const expected = slopes(bench, states, (step) => networks.said.reduce((sum, said, k) => sum + error.outputs[k * size + step] * said, 0));
    const scale = Math.max(...expected.map(Math.abs));
    expected.forEach((slope, i) => { t.true(Math.abs(slope - gradient[i]) <= 4e-3 * scale, `weight ${i}: ${slope} is not ${gradient[i]}`); });
  });
}

test('under broadcast a leaky neuron follows its credit through its own membrane', (t) => {
  const bench = createBench({ algorithm: 'a3c', credit: 'broadcast', rollout: { steps: STEPS + 1 }, network: { hidden: [4], neuronModel: 'leaky', membraneTimeConstant: 3 } });
  const { networks, objective: { error }, layout: { networks: [plan], credit }, arena } = bench;
  const { topology: { rowOffset, outputs } } = plan;
  const feedback = attachCredit(arena, plan, credit)[FEEDBACK].values;
  const states = drawStates(bench);
  drawErrors(bench);
  show(bench, states, () => undefined);
  networks.differentiate(error, STEPS);
  const gradient = networks.gradient.slice();
  // Σ_t Σ_n b_n s_t v_n(t): the voltages that are carried on are the membranes' own
  const voltagesOf = (step: number) => Array.from(networks.remember(new Float64Array(bench.layout.observations), step)).slice(bench.layout.observations);
  const expected = slopes(bench, states, (step) => voltagesOf(step).reduce((sum, voltage, n) => sum + feedback[n] * error.signals[step] * voltage, 0));
  const scale = Math.max(...expected.map(Math.abs));
  for (let i = 0; i < rowOffset[outputs.begin]; i += 1) t.true(Math.abs(expected[i] - gradient[i]) <= 4e-3 * scale, `weight ${i}: ${expected[i]} is not ${gradient[i]}`);
});
