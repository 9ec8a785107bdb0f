import test from 'ava';

import { OPEN_CREDITS } from '../../../src/credit/registry.js';
import { METHOD_NAMES } from '../../../src/placement/actor-learners/methods.js';
import { readOutRange } from '../../../src/network/topology.js';
import type { ActorLearnerOptions } from '../../../src/placement/actor-learners/settings.js';
import { createBench, drawRollout, type Bench } from './fixture.js';

const POLICY = { policy: { entropyWeight: 0.05 } };

const CASES: readonly (readonly [name: string, options: ActorLearnerOptions])[] = [
  ...METHOD_NAMES.map((algorithm) => [algorithm, { algorithm, ...(algorithm === 'a3c' || algorithm === 'a2c' ? POLICY : {}) }] as const),
  ['a3c with trunks apart', { algorithm: 'a3c', policy: { ...POLICY.policy, separateTrunks: true } }],
  ['Gaussian a3c', { algorithm: 'a3c', environment: 'Pendulum-v1', ...POLICY }],
  ['Gaussian a3c with trunks apart', { algorithm: 'a3c', environment: 'Pendulum-v1', policy: { ...POLICY.policy, separateTrunks: true } }],
];

/** Σ_t Σ_k ∂J/∂v_k v_k of the rollout's states by the weights at hand: its slope is the gradient of J where the errors are held fixed. */
function linearised({ networks, rollout, objective, layout }: Bench, states: readonly (readonly number[])[]): number {
  let sum = 0;
  states.forEach((state, t) => {
    networks.show(state, t);
    for (let k = 0; k < layout.outputs; k += 1) sum += objective.error.outputs[k * rollout.size + t] * networks.said[k];
  });
  return sum;
}

for (const [name, options] of CASES) {
  test(`the gradient of ${name} is the slope that finite differences find, also of a rollout that is shorter than its room`, (t) => {
    const bench = createBench({ ...options, rollout: { steps: 6 } });
    const { networks, objective, rollout, layout, stream } = bench;
    drawRollout(bench, 6);
    objective.evaluate(rollout);
    networks.differentiate(objective.error, 6); // leaves the room full
    drawRollout(bench, 4);
    const states = Array.from({ length: 4 }, () => Array.from({ length: layout.cursors.observations }, () => stream.gaussian()));
    states.forEach((state, at) => {
      networks.show(state, at);
      networks.said.forEach((said, k) => { rollout.outputs[k * rollout.size + at] = said; });
    });
    objective.evaluate(rollout);
    networks.differentiate(objective.error, 4);
    const gradient = networks.gradient.slice();
    const { weights } = networks;
    const scale = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    t.true(scale > 0);
    for (let i = 0; i < weights.length; i += 1) {
      const at = weights[i];
      const h = 2 ** -7;
      weights[i] = at + h;
      const above = linearised(bench, states);
      weights[i] = at - h;
      const below = linearised(bench, states);
      weights[i] = at;
      t.true(Math.abs((above - below) / (2 * h) - gradient[i]) <= 3e-3 * scale, `weight ${i}: ${(above - below) / (2 * h)} is not ${gradient[i]}`);
    }
  });
}

test('under layer-heads each head has its own error, its layer follows its head alone, and the mean of the heads keeps its weights', (t) => {
  const bench = createBench({ algorithm: 'async-nstep-q', credit: 'layer-heads' });
  const { networks, objective, rollout, layout: { networks: [{ topology: { populations, rowOffset } }] } } = bench;
  drawRollout(bench, 1);
  objective.evaluate(rollout);
  networks.differentiate(objective.error, 1);
  const gradient = networks.gradient.slice();
  const jumps = (at: number) => [2 ** -7, -(2 ** -7)].map((h) => {
    const before = networks.weights[at];
    networks.weights[at] = before + h;
    networks.judge(networks.weights, 0);
    networks.weights[at] = before;
    return [...networks.readOuts];
  });
  const ownHead: Readonly<Record<string, number>> = { hidden1: 0, hidden2: 1, head1: 0, head2: 1 };
  for (const { name, kind, begin, end } of populations) {
    for (let at = rowOffset[begin]; at < rowOffset[end]; at += 1) {
      if (kind === 'output') t.is(gradient[at], 0);
      if (!(name in ownHead)) continue;
      const [above, below] = jumps(at);
      const slope = above.reduce((sum, each, k) => sum + (Math.floor(k / 2) === ownHead[name] ? objective.error.outputs[k * rollout.size] * (each - below[k]) * 2 ** 6 : 0), 0);
      t.true(Math.abs(slope - gradient[at]) < 3e-3 * Math.max(1, Math.abs(slope)), `${name}: ${slope} is not ${gradient[at]}`);
    }
  }
});

/** Rows of hidden neurons in a gradient. */
function hiddenPart({ layout: { networks } }: Bench, gradient: Float32Array): number[] {
  return networks.flatMap(({ topology: { rowOffset }, topology, offset }) => [...gradient.subarray(offset, offset + rowOffset[readOutRange(topology).begin])]);
}

for (const algorithm of METHOD_NAMES) {
  for (const credit of OPEN_CREDITS) {
    test(`hidden neurons of ${algorithm} under ${credit} take nothing from beyond its locality`, (t) => {
      const bench = createBench({ algorithm, credit });
      const { networks, objective, rollout, layout } = bench;
      drawRollout(bench);
      objective.evaluate(rollout);
      networks.differentiate(objective.error, rollout.length);
      const before = hiddenPart(bench, networks.gradient);
      t.true(before.every(Number.isFinite));
      t.is(before.some((each) => each !== 0), credit !== 'none');
      const { locality, outputs } = layout.credit;
      if (locality === 'broadcast' || locality === 'reward') objective.error.outputs.fill(NaN);
      if (locality !== 'broadcast') objective.error.signals.fill(NaN);
      if (locality !== 'weights' && locality !== 'deltas') {
        for (const { topology, offset } of layout.networks) networks.weights.fill(NaN, offset, offset + topology.rowOffset[outputs === undefined ? topology.neurons : readOutRange(topology).begin]); // own outgoing weights stay
      }
      networks.differentiate(objective.error, rollout.length);
      t.deepEqual(hiddenPart(bench, networks.gradient), before);
    });
  }
}
