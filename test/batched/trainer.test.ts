import test from 'ava';

import { createBatchedTrainer, createSimulation, DivergenceError, isOptionError, openDevice, resolveBatchedSettings, type BatchedOptions } from '../../src/index.js';
import { readSafetensors } from '../simulation/policy-reader.js';

const SMALL = {
  environment: 'Pendulum-v1',
  network: { hidden: [5, 4] },
  learning: { batch: 8, warmup: 32, replay: 256 },
  seed: 3,
  device: 'cpu',
  replicas: 2,
  steps: 1000,
} satisfies BatchedOptions;

for (const rule of ['broadcast', 'three-factor'] as const) {
  test.serial(`under ${rule} every replica learns what a synchronous simulation with its seed learns`, async (t) => {
    const trainer = await createBatchedTrainer({ ...SMALL, rule });
    await trainer.run({ steps: 332 }); // through the end of an episode, and round the ring
    t.deepEqual([trainer.step, trainer.updates], [332, 300]);
    const { tensors: batch } = readSafetensors(await trainer.encodeWeights());
    await trainer.close();
    for (const replica of [0, 1]) {
      const { environment, network, learning, steps } = SMALL;
      const simulation = await createSimulation({ environment, network, learning, steps, rule, seed: SMALL.seed + replica, schedule: 'synchronous', partitions: 1 });
      await simulation.run({ steps: 332 });
      const learned = Object.entries(readSafetensors(simulation.encodeWeights()).tensors).filter(([name]) => /\.(weight|bias|critic)$/.test(name)); // feedback is drawn once, and never learned
      t.is(learned.length, 9);
      for (const [name, { shape, values }] of learned) {
        const all = batch[name];
        t.deepEqual(all.shape, [2, ...shape], name);
        const own = all.values.slice(replica * values.length, (replica + 1) * values.length);
        const furthest = Math.max(...values.map((value, i) => Math.abs(value - own[i])));
        t.true(furthest < 1e-3, `${name}: ${furthest}`);
      }
      await simulation.close();
    }
  });
}

test.serial('progress and episodes count all replicas, metrics come at every 1,000 steps and at the end', async (t) => {
  const trainer = await createBatchedTrainer({ ...SMALL, learning: { batch: 2, warmup: 900, replay: 256 } });
  const [episodes, metrics]: [number[], number[]] = [[], []];
  trainer.on('episode', ({ replica }) => episodes.push(replica));
  trainer.on('metrics', ({ step, updates, episodes: ended }) => metrics.push(step, updates, ended));
  const report = await trainer.run({ steps: 1000 });
  await trainer.run({ steps: 10 });
  t.deepEqual(episodes.toSorted(), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  t.deepEqual(metrics, [1000, 100, 10, 1010, 110, 10]);
  t.like(report, { steps: 1000, stopped: false });
  await trainer.close();
});

test.serial('each replica is evaluated on episodes of its own seed, and the mean carries an interval', async (t) => {
  const trainer = await createBatchedTrainer({ ...SMALL, replicas: 3 });
  const { meanReturn, interval, replicas } = await trainer.evaluate({ episodes: 2 });
  t.deepEqual(replicas.map(({ seed, episodes }) => [seed, episodes]), [[3, 2], [4, 2], [5, 2]]);
  t.is(new Set(replicas.flatMap(({ returns }) => returns)).size, 6);
  t.true(interval[0] <= meanReturn && meanReturn <= interval[1]);
  t.deepEqual((await trainer.evaluate({ episodes: 2 })).replicas, replicas);
  await trainer.close();
});

test.serial('a signal ends a run, a closed batch refuses the next, and closing leaves no tensor', async (t) => {
  const { tf } = await openDevice('cpu');
  const before = tf.memory().numTensors;
  const trainer = await createBatchedTrainer(SMALL);
  t.like(await trainer.run({ signal: AbortSignal.abort() }), { steps: 0, stopped: true });
  await trainer.run({ steps: 40 });
  await trainer.close();
  await trainer.close();
  t.is(tf.memory().numTensors, before);
  await t.throwsAsync(trainer.run(), { message: /closed/ });
});

test.serial('a divergence error names neuron and seed', async (t) => {
  const trainer = await createBatchedTrainer({ ...SMALL, network: { hidden: [4], activation: 'relu', outputActivation: 'linear' }, rule: { criticRate: 1e18, hiddenRate: 1e18, outputRate: 1e18, optimiser: 'sgd' } });
  const error = await t.throwsAsync(trainer.run({ steps: 100 }), { instanceOf: DivergenceError });
  t.regex(error.message, /output\[0\] of the replica with seed [34]/);
  await trainer.close();
});

test.serial('auto takes the fastest device and reports why; a missing device is refused with what to install', async (t) => {
  const { name, adapter, reason } = await openDevice('auto');
  t.true(['gpu', 'webgpu', 'wasm', 'cpu'].includes(name) && adapter !== '');
  if (name === 'wasm') t.regex(reason, /^no gpu: .*; no webgpu: /);
  for (const wanted of ['gpu', 'webgpu'] as const) {
    try {
      t.is((await openDevice(wanted)).name, wanted);
    } catch (error) {
      t.true(isOptionError(error));
      t.regex(String(error), new RegExp(`"device" expected a device that is there, got "${wanted}": .*install`));
    }
  }
});

const REFUSED: readonly [options: Record<string, unknown>, message: RegExp][] = [
  [{ replicas: 0 }, /^"replicas" expected a whole number >= 1 and <= 4096, got 0/],
  [{ device: 'cuda' }, /^"device" expected one of auto, gpu, webgpu, wasm, cpu, got "cuda"/],
  [{ rule: 'linear' }, /^"rule" expected one of broadcast, three-factor, got "linear"/],
  [{ partitions: 2 }, /^"partitions" expected a known option/],
  [{ replicas: 4096, learning: { replay: 1_000_000 } }, /^"replicas" expected replays that take at most 8 GiB together, got 4096/],
];

for (const [options, message] of REFUSED) {
  test.serial(`${JSON.stringify(options)} is refused`, (t) => {
    const error = t.throws(() => resolveBatchedSettings(options));
    t.true(isOptionError(error));
    t.regex(error.message, message);
  });
}
