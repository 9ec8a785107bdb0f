import test from 'ava';

import { createActorLearners } from '../../src/entries/internals.js';
import { resumeDdpg, resumeTrainer, type ActorLearnerOptions, type EpisodeRecord, type Metrics } from '../../src/index.js';
import { numbersOf } from './numbers.js';

const SMALL = { environment: 'CartPole-v1', network: { hidden: [8] }, actors: 8, steps: 2500, seed: 5 } as const;

interface Trace {
  readonly episodes: readonly EpisodeRecord[];
  readonly metrics: readonly Metrics[];
  readonly weights: readonly number[];
  readonly step: number;
  readonly returns: readonly number[];
}

/** Trains once, or in parts. @param onProgress called with what does the training */
async function trace(options: ActorLearnerOptions, parts: readonly number[] = [2500], disturb: (learners: Awaited<ReturnType<typeof createActorLearners>>, part: number) => void = () => undefined): Promise<Trace> {
  const learners = await createActorLearners({ ...SMALL, ...options });
  const episodes: EpisodeRecord[] = [];
  const metrics: Metrics[] = [];
  learners.on('episode', (episode) => episodes.push(episode));
  learners.on('metrics', (each) => metrics.push(each));
  try {
    for (const [part, steps] of parts.entries()) {
      const run = learners.run({ steps });
      disturb(learners, part);
      await run;
    }
    return { episodes, metrics, weights: numbersOf(learners.encodeWeights()), step: learners.step, returns: (await learners.evaluate({ episodes: 3 })).returns };
  } finally {
    await learners.close();
  }
}

test.serial('a2c has the same weights, episodes and metrics on 1, 2, 3 and 8 workers', async (t) => {
  const one = await trace({ algorithm: 'a2c', workers: 1 });
  t.true(one.step >= 2500 && one.step < 2500 + 8 * 5);
  t.deepEqual(one.episodes.map(({ episode }) => episode), one.episodes.map((_, i) => i + 1));
  t.deepEqual(one.episodes.map(({ step }) => step), one.episodes.map(({ step }) => step).toSorted((a, b) => a - b));
  t.true(one.metrics.length === 2 && Object.values(one.metrics[0].weightNorm).every((norm) => norm > 0));
  for (const workers of [2, 3, 8]) t.deepEqual(await trace({ algorithm: 'a2c', workers }), one);
  t.notDeepEqual((await trace({ algorithm: 'a2c', workers: 1, seed: 6 })).weights, one.weights);
});

test.serial('synchronous n-step Q with a learning credit has the same bits on 1 and on 2 workers', async (t) => {
  const options = { algorithm: 'async-nstep-q', schedule: 'synchronous', credit: 'kolen-pollack', targets: { period: 300 }, learning: { optimiser: 'adam' } } as const;
  t.deepEqual(await trace({ ...options, workers: 2 }), await trace({ ...options, workers: 1 }));
});

test.serial('a2c of neurons that remember has the same bits on 1 and 2 workers, with observation traces too', async (t) => {
  const options = { algorithm: 'a2c', network: { hidden: [6], recurrent: 1, neuronModel: 'leaky', observationTraces: [2, 8] } } as const;
  const one = await trace({ ...options, workers: 1 });
  t.deepEqual(await trace({ ...options, workers: 2 }), one);
});

test.serial('gradients of one worker wait for as many others as the delay sets', async (t) => {
  const learners = await createActorLearners({ ...SMALL, workers: 1, learning: { gradientDelay: 6 } });
  t.teardown(() => learners.close());
  const { staleness: { weights }, steps, updatesPerStep } = await learners.run();
  t.is(weights.max, 6);
  t.true(weights.mean > 5.8);
  t.is(weights.reads, Math.round(updatesPerStep * steps));
  await t.throwsAsync(createActorLearners({ algorithm: 'a2c', learning: { gradientDelay: 1 } }), { message: /^"learning.gradientDelay" expected 0/ });
});

test.serial('hogwild on one worker repeats itself, reads no weights that are old, and loses no update', async (t) => {
  const learners = await createActorLearners({ ...SMALL, workers: 1 });
  t.teardown(() => learners.close());
  const report = await learners.run();
  const weights = numbersOf(learners.encodeWeights());
  await learners.close();
  t.deepEqual((await trace({ workers: 1 })).weights, weights);
  t.is(report.staleness.weights.max, 0);
  t.is(report.staleness.weights.reads, Math.round(report.updatesPerStep * report.steps));
  t.deepEqual(report.actors, { count: 8, ofWorkers: [8], lostUpdates: { sampled: 16 * report.staleness.weights.reads, lost: 0, fraction: 0 } });
});

test.serial('each actor has moments of its own where they are not shared', async (t) => {
  const { weights } = await trace({ workers: 1, learning: { moments: 'own' } });
  t.notDeepEqual(weights, (await trace({ workers: 1 })).weights);
  t.true(weights.every(Number.isFinite));
});

test.serial('a run in parts, with an evaluation between them, goes the way of one in one piece', async (t) => {
  const whole = await trace({ algorithm: 'a2c', workers: 1 }, [2500]);
  const learners = await createActorLearners({ ...SMALL, algorithm: 'a2c', workers: 1 });
  t.teardown(() => learners.close());
  while (learners.step < whole.step) {
    await learners.run({ steps: Math.min(900, whole.step - learners.step) });
    await learners.evaluate({ episodes: 1 });
  }
  t.is(learners.step, whole.step);
  t.deepEqual(numbersOf(learners.encodeWeights()), whole.weights);
  await learners.close();
});

test.serial('a synchronous run that is resumed from its checkpoint goes the way of one that was not interrupted', async (t) => {
  const options = { ...SMALL, algorithm: 'async-sarsa', schedule: 'synchronous', workers: 2, credit: 'kolen-pollack', targets: { period: 300 } } as const;
  const whole = await createActorLearners(options);
  t.teardown(() => whole.close());
  let checkpoint: Uint8Array | undefined;
  whole.once('checkpoint', () => { checkpoint = whole.encodeCheckpoint({ words: 'kept' }); });
  await whole.run({ steps: 2000, checkpointEvery: 900 });
  const resumed = await resumeTrainer(checkpoint ?? new Uint8Array());
  t.teardown(() => resumed.close());
  t.true(resumed.step >= 900 && resumed.step < 950);
  await resumed.run({ steps: 2000 - resumed.step });
  t.is(resumed.step, whole.step);
  t.deepEqual(numbersOf(resumed.encodeWeights()), numbersOf(whole.encodeWeights()));
  t.deepEqual(await resumed.evaluate({ episodes: 2 }), await whole.evaluate({ episodes: 2 }));
  await t.throwsAsync(resumeDdpg(checkpoint ?? new Uint8Array()), { name: 'CheckpointError', message: /async-sarsa/ });
});

test.serial('workers that are killed are replaced, and a synchronous run ends with the same bits', async (t) => {
  const whole = await trace({ algorithm: 'a2c', workers: 2, network: { hidden: [32] } }, [8000]);
  let killed = 0;
  const learners = await createActorLearners({ ...SMALL, algorithm: 'a2c', workers: 2, network: { hidden: [32] } });
  t.teardown(() => learners.close());
  learners.on('progress', ({ step }) => {
    if (step >= 8000) return;
    learners.kill(killed % 2); // the next command begins before the thread is gone
    killed += 1;
  });
  const report = await learners.run({ steps: 8000 });
  t.true(killed >= 3);
  t.is(report.workerRestarts.length, killed);
  t.deepEqual(numbersOf(learners.encodeWeights()), whole.weights);
  await learners.close();
});

test.serial('a signal ends a run behind the rollouts that are under way, and one that was given before takes no step', async (t) => {
  const learners = await createActorLearners({ ...SMALL, workers: 2 });
  t.teardown(() => learners.close());
  t.is((await learners.run({ steps: 100, signal: AbortSignal.abort() })).steps, 0);
  const interruption = new AbortController();
  learners.on('progress', ({ step }) => { if (step > 0) interruption.abort(); });
  const report = await learners.run({ steps: 10_000_000, signal: interruption.signal });
  t.true(report.stopped && report.steps > 0 && report.steps === learners.step);
  await learners.close();
  await t.throwsAsync(learners.run({ steps: 10 }), { message: 'the simulation is closed' });
});

test.serial('an actor whose weights diverge ends the run with the neuron named', async (t) => {
  const learners = await createActorLearners({ ...SMALL, workers: 2, learning: { rate: 1e30, optimiser: 'sgd', clip: 1e30 } });
  t.teardown(() => learners.close());
  const error = await t.throwsAsync(learners.run(), { message: /^partition \d failed at step \d+: .*(hidden1|output)\[\d+\]/ });
  t.is((error as Error & { cause?: Error }).cause?.name, 'DivergenceError');
  await learners.close();
});

const LEARNING: readonly (readonly [name: string, options: ActorLearnerOptions, least: number])[] = [
  ['a3c', { network: { hidden: [32] } }, 150],
  ['a3c whose hidden neurons get one scalar', { network: { hidden: [32] }, credit: 'broadcast' }, 100],
  ['n-step Q', { algorithm: 'async-nstep-q', network: { hidden: [32] }, learning: { rate: 2e-3 }, behaviour: { annealing: 0.3 } }, 100],
];

for (const [name, options, least] of LEARNING) {
  test.serial(`${name} learns to balance in 60,000 steps`, async (t) => {
    const learners = await createActorLearners({ environment: 'CartPole-v1', workers: 1, steps: 60_000, seed: 11, ...options });
    t.teardown(() => learners.close());
    await learners.run();
    const { meanReturn } = await learners.evaluate({ episodes: 10 });
    t.true(meanReturn >= least, `${meanReturn}`);
  });
}

test('options of the other kind of method, and methods that do not fit the task, are refused by name', async (t) => {
  const refused = async (options: ActorLearnerOptions, message: RegExp) => t.throwsAsync(createActorLearners(options), { message });
  await refused({ algorithm: 'async-q', policy: { entropyWeight: 0.1 } }, /^"policy\.entropyWeight" expected nothing under a value method, got "async-q"/);
  await refused({ algorithm: 'a3c', targets: { period: 10 } }, /^"targets\.period" expected nothing under a policy method, got "a3c"/);
  await refused({ algorithm: 'async-sarsa', environment: 'Pendulum-v1' }, /^"environment" expected a task with discrete actions for async-sarsa, got "Pendulum-v1"/);
  await refused({ learning: { momentum: 0.5 } }, /^"learning\.momentum" expected 0\.9, got 0\.5; only momentum has it$/);
  for (const key of ['decay', 'epsilon', 'momentum']) await refused({ learning: { optimiser: 'sgd', [key]: 0.5 } }, new RegExp(`^"learning\\.${key}" expected .*; only (rmsprop|momentum) has it$`));
  await refused({ learning: { optimiser: 'sgd', moments: 'own' } }, /^"learning\.moments" expected "shared", got "own"; sgd has no moments$/);
  await refused({ actors: 2, workers: 3 }, /^"workers" expected a whole number >= 1 and <= 2, got 3/);
  await refused({ behaviour: { finalEpsilons: [0.1], odds: [1, 2] }, algorithm: 'async-q' }, /^"behaviour\.odds" expected/);
});

test.serial('lost updates are counted from the first step on, also of a run that was resumed', async (t) => {
  const learners = await createActorLearners({ ...SMALL, workers: 1 });
  t.teardown(() => learners.close());
  await learners.run({ steps: 1000 });
  const resumed = await resumeTrainer(learners.encodeCheckpoint());
  t.teardown(() => resumed.close());
  const { actors, staleness } = await resumed.run({ steps: 1000 });
  t.true(staleness.weights.reads >= 400);
  t.deepEqual(actors?.lostUpdates, { sampled: 16 * staleness.weights.reads, lost: 0, fraction: 0 });
});
