import test from 'ava';

import { backpropCredit } from '../../src/credit/backprop.js';
import { broadcastCredit } from '../../src/credit/broadcast.js';
import type { CreditAssignment, CreditedNeurons } from '../../src/credit/credit.js';
import { feedbackCredit } from '../../src/credit/feedback.js';
import { FEEDBACK } from '../../src/credit/fixed-feedback.js';
import { kolenPollackCredit } from '../../src/credit/kolen-pollack.js';
import { layerBroadcastCredit, layerHeadsCredit } from '../../src/credit/layer-heads.js';
import { noCredit } from '../../src/credit/none.js';
import { perturbedCredit } from '../../src/credit/perturbed.js';
import { skipSumCredit } from '../../src/credit/skip-sum.js';
import { threeFactorCredit } from '../../src/credit/three-factor.js';
import { createKernels } from '../../src/kernels/create.js';
import { createArena } from '../../src/memory/arena.js';
import { createWorkspace, workspaceBlock } from '../../src/memory/workspace.js';
import { createActivations, propagate } from '../../src/network/dynamic.js';
import { layeredTopology } from '../../src/network/topology.js';
import { createOptimiser } from '../../src/optimise/registry.js';
import { errorsOfLayers } from '../../src/objective/heads.js';
import { CRITIC } from '../../src/objective/objective.js';

const topology = layeredTopology({ observations: 1, hidden: [2], outputs: 2, bias: false, activation: 'linear', outputActivation: 'linear' });
const kernels = createKernels('reference', () => createWorkspace(createArena([workspaceBlock(1)]), 0));
const none = new Float32Array(0);

/** Credit of the two hidden neurons in two transitions: output errors (1, -1) and (2, 3), signals D = (0.5, -2), D (a - μ) = (1, 0) and (0, 4). */
function assign(credit: CreditAssignment, parameters: Record<string, number[]>, weights: readonly number[] = []): number[] {
  const own = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, { values: Float32Array.from(values), target: none, first: none, second: none }]));
  const neurons: CreditedNeurons = { index: 2, count: 2, parameters: own };
  const error = { outputs: Float32Array.of(1, 2, -1, 3), signals: Float32Array.of(0.5, -2, 1, 0, 0, 4) };
  const activations = createActivations(kernels, topology, 4);
  activations.voltages.fill(1, 0, 8);
  const all = Float32Array.from(weights.length === 0 ? new Array<number>(6).fill(0) : weights);
  const peers = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, { values: Float32Array.from(values), target: none }]));
  const program = credit.create({ kernels, topology, batchSize: 2, peers, weights: all, optimiser: createOptimiser('sgd', kernels) });
  propagate(kernels, topology, all, activations, 0, 2);
  program.prepare?.(activations, error);
  const found = new Float32Array(4);
  program.assign(neurons, error, found, { begin: 0, end: 2, size: 2 });
  return [...found];
}

test('broadcast multiplies the first signal by each neuron\'s own number', (t) => {
  t.deepEqual(assign(broadcastCredit, { [FEEDBACK]: [2, -3] }), [1, -4, -1.5, 6]);
});

test('feedback takes the outputs\' errors through each neuron\'s own row', (t) => {
  t.deepEqual(assign(feedbackCredit, { [FEEDBACK]: [1, 2, -1, 0.5] }), [-1, 8, -1.5, -0.5]);
});

test('three-factor weighs all signals with the neuron\'s own critic part', (t) => {
  t.deepEqual(assign(threeFactorCredit, { [CRITIC]: [2, 1, 0, 0, 1, -1] }), [2, -4, 1, -4]);
});

test('backprop takes the outputs\' errors through the weights at hand', (t) => {
  t.deepEqual(assign(backpropCredit, {}, [1, 1, 5, 6, 7, 8]), [5 - 7, 10 + 21, 6 - 8, 12 + 24]); // output rows (5, 6) and (7, 8)
});

test('kolen-pollack takes the outputs\' errors back along feedback weights in place of the weights', (t) => {
  t.deepEqual(assign(kolenPollackCredit, { [FEEDBACK]: [5, 6, 7, 8] }, [1, 1, 9, 9, 9, 9]), [5 - 7, 10 + 21, 6 - 8, 12 + 24]); // rows of the outputs alone
});

test('kolen-pollack weights and feedback weights take the same step and lose the same fraction, so that their difference only shrinks', (t) => {
  const parameter = (...values: number[]) => ({ values: Float32Array.from(values), target: none, first: new Float32Array(2), second: new Float32Array(2) });
  const [weights, feedback] = [parameter(1, -2), parameter(3, 0.5)];
  const program = kolenPollackCredit.create({ kernels, topology, batchSize: 2, peers: { [FEEDBACK]: feedback }, weights: new Float32Array(6), optimiser: createOptimiser('sgd', kernels) });
  const gradient = Float32Array.of(0.25, -1);
  kernels.sgdStep(weights.values, gradient, 0.5); // the row's own step
  program.learn?.({ index: 4, count: 1, weights, parameters: { [FEEDBACK]: feedback } }, gradient, 0.5, 1);
  const kept = 1 - 0.1 * 0.5;
  const expected = [[kept * 1.125, kept * -2.5], [kept * 3.125, 0]];
  [weights, feedback].forEach(({ values }, i) => { values.forEach((value, j) => { t.true(Math.abs(value - expected[i][j]) < 1e-6); }); });
});

test('skip-sum takes the outputs\' errors through each neuron\'s own weights to the outputs, and not through later layers', (t) => {
  t.deepEqual(assign(skipSumCredit, {}, [1, 1, 5, 6, 7, 8]), assign(backpropCredit, {}, [1, 1, 5, 6, 7, 8])); // one layer
  const deep = layeredTopology({ observations: 1, hidden: [1, 1], outputs: 1, bias: false, activation: 'linear', outputActivation: 'linear', readOut: 'skip' });
  const weights = Float32Array.of(1, 10, 2, 3); // hidden1 reads the observation, hidden2 hidden1, and the output both
  const program = skipSumCredit.create({ kernels, topology: deep, batchSize: 1, peers: {}, weights, optimiser: createOptimiser('sgd', kernels) });
  const [activations, error, credit] = [createActivations(kernels, deep, 2), { outputs: Float32Array.of(0.5), signals: Float32Array.of(0) }, new Float32Array(1)];
  program.prepare?.(activations, error);
  for (const [index, expected] of [[2, 1], [3, 1.5]]) {
    program.assign({ index, count: 1, parameters: {} }, error, credit, { begin: 0, end: 1, size: 1 });
    t.is(credit[0], expected);
  }
});

test('layer-heads takes the errors of the layer\'s own head through each neuron\'s own weights to it', (t) => {
  const deep = layeredTopology({ observations: 1, hidden: [1, 1], outputs: 1, bias: false, activation: 'linear', outputActivation: 'linear', readOut: 'heads' });
  const weights = Float32Array.of(1, 10, 2, 3, 0.5, 0.5); // hidden1, hidden2, head1, head2, and the output, the mean of the heads
  const program = layerHeadsCredit.create({ kernels, topology: deep, batchSize: 1, peers: {}, weights, optimiser: createOptimiser('sgd', kernels) });
  const [activations, error, credit] = [createActivations(kernels, deep, 2), { outputs: Float32Array.of(0.5, 7), signals: new Float32Array(2) }, new Float32Array(1)];
  activations.voltages.fill(1, 2, 4);
  propagate(kernels, deep, weights, activations, 0, 1);
  t.deepEqual([4, 5, 6].map((neuron) => activations.voltages[2 * neuron]), [2, 30, 16]);
  program.prepare?.(activations, error);
  for (const [index, expected] of [[2, 0.5 * 2], [3, 7 * 3]]) {
    program.assign({ index, count: 1, parameters: {} }, error, credit, { begin: 0, end: 1, size: 1 });
    t.is(credit[0], expected);
  }
});

test('layer-broadcast multiplies the scalar of the layer\'s own head by each neuron\'s own number', (t) => {
  const deep = layeredTopology({ observations: 1, hidden: [1, 1], outputs: 2, bias: false, activation: 'linear', outputActivation: 'linear', readOut: 'heads' });
  const errors = errorsOfLayers(deep, { outputs: new Float32Array(4), signals: Float32Array.of(0.5, 7) });
  t.deepEqual([...errors].map(([{ name }, { signals }]) => [name, signals[0]]), [['hidden1', 0.5], ['hidden2', 7]]);
  t.deepEqual(assign(layerBroadcastCredit, { [FEEDBACK]: [2, -3] }), assign(broadcastCredit, { [FEEDBACK]: [2, -3] }));
});

test('perturbed learns the slope of each output by each neuron\'s voltage, through later layers too', (t) => {
  const deep = layeredTopology({ observations: 1, hidden: [1, 2], outputs: 2, bias: false, activation: 'linear', outputActivation: 'linear' });
  const weights = Float32Array.of(1, 2, -1, 0.5, 3, -2, 1); // hidden1; hidden2, both of which read it; the outputs, (0.5, 3) and (-2, 1)
  const program = perturbedCredit.create({ kernels, topology: deep, batchSize: 1, peers: {}, weights, optimiser: createOptimiser('sgd', kernels) });
  const feedback = [new Float32Array(2).fill(5), new Float32Array(4).fill(-5)];
  const groups = feedback.map((values, i) => {
    const parameters = { [FEEDBACK]: { values, target: none, first: none, second: none } };
    return { index: 2 + i, count: 1 + i, parameters, weights: { values: none, target: none, first: none, second: none } };
  });
  const settled = feedback.map((values) => new Float64Array(values.length));
  for (let update = 1; update <= 6000; update += 1) {
    for (const group of groups) program.learn?.(group, none, 0, update);
    if (update > 1000) feedback.forEach((values, i) => { values.forEach((value, j) => { settled[i][j] += value / 5000; }); });
  }
  const expected = [[2 * 0.5 - 3, -4 - 1], [0.5, -2, 3, 1]];
  settled.forEach((values, i) => { values.forEach((value, j) => { t.true(Math.abs(value - expected[i][j]) < 0.1, `${value} is not ${expected[i][j]}`); }); });
});

test('none is nothing', (t) => {
  t.deepEqual(assign(noCredit, {}), [0, 0, 0, 0]);
});
