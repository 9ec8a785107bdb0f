import test from 'ava';

import { OPEN_CREDITS } from '../../../src/credit/registry.js';
import { createTrainer, resumeTrainer, type Trainer } from '../../../src/index.js';
import { METHOD_NAMES, type MethodName } from '../../../src/placement/actors-and-learner/methods.js';
import { createStream } from '../../../src/random/stream.js';

const SMALL = { network: { hidden: [6, 5] }, learning: { warmup: 32, batch: 16, replay: 256, updatesPerStep: 0.5 }, targets: { period: 20 }, seed: 3, steps: 400 };

const NAMES = [...METHOD_NAMES, 'd4pg'] as const;
type Name = (typeof NAMES)[number];

const create = (algorithm: Name, credit: string, more: object = {}) => createTrainer({ algorithm, credit, environment: algorithm === 'd4pg' ? 'Pendulum-v1' : 'CartPole-v1', ...SMALL, ...more });

/** Everything of a run that a checkpoint holds, its weights and the returns of an evaluation. */
async function stateOf(training: Trainer): Promise<unknown> {
  const state = [Buffer.from(training.encodeCheckpoint()).toString('base64'), (await training.evaluate({ episodes: 2 })).returns];
  await training.close();
  return state;
}

for (const algorithm of NAMES) {
  test(`${algorithm} continues from a checkpoint at any step bit for bit, under every credit`, async (t) => {
    const cuts = createStream(1, algorithm);
    for (const credit of OPEN_CREDITS) {
      const cut = 1 + cuts.integer(399);
      const first = await create(algorithm, credit);
      await first.run({ steps: cut });
      const resumed = await resumeTrainer(first.encodeCheckpoint());
      await first.run({ steps: 400 - cut });
      await resumed.run({ steps: 400 - cut });
      t.deepEqual(await stateOf(resumed), await stateOf(first), `${credit}, cut at ${cut}`);
    }
  });

  test(`${algorithm} moves hidden neurons under every credit but none, and outputs, or heads, under all`, async (t) => {
    for (const credit of OPEN_CREDITS) {
      const training = await create(algorithm, credit);
      const norms: Record<string, number>[] = [];
      training.on('metrics', ({ weightNorm }) => norms.push(weightNorm));
      await training.run({ steps: 20 });
      await training.run({ steps: 200 });
      await training.close();
      const [before, after] = norms;
      const readOuts = 'head1' in after ? ['head1', 'head2'] : ['output'];
      for (const readOut of readOuts) t.not(after[readOut], before[readOut], credit);
      for (const layer of ['hidden1', 'hidden2']) t.is(after[layer] === before[layer], credit === 'none', `${credit}: ${layer}`);
    }
  });
}

test('every sampler continues from a checkpoint after the replay has wrapped around', async (t) => {
  for (const sampler of ['uniform', 'proportional', 'rank', 'greedy']) {
    const first = await create('dqn', 'backprop', { replay: { sampler, steps: 4 } });
    await first.run({ steps: 333 });
    const resumed = await resumeTrainer(first.encodeCheckpoint());
    await first.run({ steps: 200 });
    await resumed.run({ steps: 200 });
    t.deepEqual(await stateOf(resumed), await stateOf(first), sampler);
  }
});

test('each of the six parts of rainbow can be switched off, and changes the weights', async (t) => {
  const parts = [{ value: { double: false } }, { value: { dueling: false } }, { value: { distribution: 'expected' } }, { replay: { sampler: 'uniform' } }, { replay: { steps: 1 } }, { behaviour: { noisy: false } }];
  const weights = new Set<string>();
  for (const part of [{}, ...parts]) {
    const training = await create('rainbow', 'backprop', part);
    await training.run({ steps: 200 });
    weights.add(Buffer.from(training.encodeWeights()).toString('base64'));
    await training.close();
  }
  t.is(weights.size, 1 + parts.length);
});

test('dqn with every part of rainbow is rainbow', async (t) => {
  const whole = { value: { double: true, dueling: true, distribution: 'categorical' }, replay: { sampler: 'proportional', steps: 3 }, behaviour: { noisy: true } };
  const trained = async (algorithm: MethodName, more: object) => {
    const training = await create(algorithm, 'broadcast', more);
    await training.run({ steps: 200 });
    const { returns } = await training.evaluate({ episodes: 2 });
    const norms = JSON.stringify(training.settings);
    await training.close();
    return [returns, norms];
  };
  t.deepEqual(await trained('dqn', whole), await trained('rainbow', {}));
});
