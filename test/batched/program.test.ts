import test from 'ava';

import { createBatchedMinibatch } from '../../src/batched/minibatch.js';
import { openDevice, type Device } from '../../src/batched/device.js';
import { BATCHED_RULES, drawParameters } from '../../src/batched/parameters.js';
import { createBatchedProgram } from '../../src/batched/program.js';
import { batchedShape } from '../../src/batched/shape.js';
import { ACTIVATION_NAMES } from '../../src/kernels/activation.js';
import { layeredTopology } from '../../src/network/topology.js';
import { compareWithKernels, type DenseCase } from './agreement.js';

/** Devices share one library, which computes on one of them at a time: these tests run one after another. */
const DEVICES: readonly Device[] = [await openDevice('cpu'), await openDevice('wasm')];
const LIMIT = 1e-4;

/** Products large enough that the WebAssembly device takes a batch apart. */
const LARGE: DenseCase = { rule: 'three-factor', hidden: [40, 32], size: 24, replicas: 2, updates: 20 };

for (const device of DEVICES) {
  for (const rule of BATCHED_RULES) {
    test.serial(`${rule} on ${device.name} learns the weights of the kernels, within ${LIMIT} after 100 updates`, async (t) => {
      const { difference, moved } = await compareWithKernels(device, { rule });
      t.true(difference < LIMIT, String(difference));
      t.true(moved > 100 * LIMIT, String(moved));
    });
  }

  test.serial(`large products on ${device.name} are the kernels' too`, async (t) => {
    const { difference, moved } = await compareWithKernels(device, LARGE);
    t.true(difference < LIMIT, String(difference));
    t.true(moved > 10 * LIMIT, String(moved));
  });
}

for (const activation of ACTIVATION_NAMES) {
  test.serial(`${activation} is the kernels' activation`, async (t) => {
    const { difference } = await compareWithKernels(DEVICES[0], { rule: 'broadcast', activation, updates: 30 });
    t.true(difference < LIMIT, String(difference));
  });
}

const CASES: readonly (DenseCase & { readonly title: string })[] = [
  { title: 'without a bias', rule: 'three-factor', bias: false },
  { title: 'without hidden neurons', rule: 'broadcast', hidden: [] },
  { title: 'with one hidden layer', rule: 'three-factor', hidden: [7] },
  { title: 'with plain gradient steps', rule: 'broadcast', optimiser: 'sgd' },
  { title: 'alone', rule: 'broadcast', replicas: 1 },
];

for (const { title, ...given } of CASES) {
  test.serial(`networks ${title} learn the weights of the kernels`, async (t) => {
    const { difference, moved } = await compareWithKernels(DEVICES[0], given);
    t.true(difference < LIMIT, String(difference));
    t.true(moved > 10 * LIMIT, String(moved));
  });
}

test.serial('10,000 updates leave as many tensors as there were, and closing leaves none', async (t) => {
  const [device] = DEVICES;
  device.use();
  const before = device.tf.memory().numTensors;
  const topology = layeredTopology({ observations: 1, hidden: [2], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' });
  const shape = batchedShape(topology, true);
  const numbers = drawParameters(topology, shape, 'broadcast', [1, 2], { hiddenGain: 1, outputGain: 1 });
  const rates = { criticRate: 1e-3, outputRate: 1e-3, hiddenRate: 1e-3, targetRate: 0.1 };
  const program = createBatchedProgram({ device, shape, rule: 'broadcast', optimiser: 'adam', rates, numbers, replicas: 2 });
  const batch = createBatchedMinibatch(shape, 2, 1);
  await program.act(new Float32Array(4), 1);
  const between = device.tf.memory().numTensors;
  for (let update = 0; update < 10_000; update += 1) program.learn(batch, 1);
  await program.act(new Float32Array(4), 1);
  await program.values();
  t.is(device.tf.memory().numTensors, between);
  t.is(program.updates, 10_000);
  program.close();
  t.is(device.tf.memory().numTensors, before);
});
