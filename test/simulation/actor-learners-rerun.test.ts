import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { createActorLearners, recordedActorLearnerOptions } from '../../src/entries/internals.js';
import { readJournal, rerunSimulation, rerunTrainer, type ActorLearnerOptions, type ActorLearners, type Journal, type Simulation } from '../../src/index.js';
import { encodeOrder } from '../../src/journal/order.js';
import { digestOf } from '../../src/simulation/recording.js';

const SMALL = { environment: 'CartPole-v1', network: { hidden: [8] }, actors: 5, workers: 2, seed: 5 } as const;

const newPath = () => join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'journal.bin');

function listen(training: ActorLearners | Simulation): string[] {
  const events: string[] = [];
  training.on('episode', (episode) => events.push(JSON.stringify(episode)));
  training.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  return events;
}

async function record(options: ActorLearnerOptions, steps = 5000, stopAt = Infinity) {
  const learners = await createActorLearners(recordedActorLearnerOptions({ ...SMALL, ...options }));
  try {
    const events = listen(learners);
    const path = newPath();
    const interruption = new AbortController();
    learners.on('progress', ({ step }) => { if (step >= stopAt) interruption.abort(); });
    const report = await learners.run({ steps, record: path, signal: interruption.signal });
    return { events, weights: digestOf(learners.encodeWeights()), bytes: readFileSync(path), report };
  } finally {
    await learners.close();
  }
}

async function repeat(journal: Uint8Array | Journal) {
  const training = await rerunTrainer(journal);
  try {
    const events = listen(training);
    await training.run();
    return { events, weights: digestOf(training.encodeWeights()) };
  } finally {
    await training.close();
  }
}

const RUNS: readonly (readonly [string, ActorLearnerOptions])[] = [
  ['a3c', {}],
  ['a3c with annealed rate, own moments and one scalar for hidden neurons', { credit: 'broadcast', learning: { moments: 'own', finalRateFraction: 0.1 }, steps: 4000 }],
  ['n-step Q with a target copy and a credit that learns', { algorithm: 'async-nstep-q', credit: 'kolen-pollack', targets: { period: 70 }, workers: 3 }],
  ['Sarsa under bounded', { algorithm: 'async-sarsa', schedule: 'bounded', targets: { period: 70 }, learning: { optimiser: 'adam' } }],
];

for (const [name, options] of RUNS) {
  test.serial(`a recorded run of ${name} is repeated bit for bit on one thread, with its episodes and metrics`, async (t) => {
    const { events, weights, bytes, report } = await record(options);
    t.is(report.journal?.bytes, bytes.length);
    t.is(report.journal?.partitionTicks, report.staleness.weights.reads);
    t.is(report.actors?.lostUpdates.lost, 0);
    t.is(readJournal(bytes).weightsSha256, weights);
    t.deepEqual(await repeat(bytes), { events, weights });
  });
}

test.serial('a recorded run that a signal has stopped is repeated to where it stopped', async (t) => {
  const { events, weights, bytes, report } = await record({}, 1_000_000, 3000);
  t.true(report.stopped);
  t.deepEqual(await repeat(bytes), { events, weights });
});

test.serial('another order of updates has other weights', async (t) => {
  const { weights, bytes } = await record({});
  const journal = readJournal(bytes);
  const first = [0, 1, 2, 3, 4].flatMap((actor) => [2 * actor, 2 * actor + 1]);
  const changed = { ...journal, halts: [25], logs: [{ bytes: encodeOrder(first), updates: 5 }] };
  t.not((await repeat(changed)).weights, weights);
});

test.serial('a worker that fails ends a recorded run in one line', async (t) => {
  const learners = await createActorLearners(recordedActorLearnerOptions({ ...SMALL, network: { hidden: [64] } }));
  t.teardown(() => learners.close());
  learners.once('progress', () => { learners.kill(1); });
  const path = newPath();
  const error = await t.throwsAsync(learners.run({ steps: 200_000, record: path }), { name: 'PartitionError', message: /^partition 1 failed at step [\d,]+: its worker died while the run was recorded/ });
  t.false(error.message.includes('\n'));
  t.throws(() => readJournal(readFileSync(path)), { name: 'JournalError', message: /cut short/ });
});

test('journals that are cut, or of another algorithm, are refused in one line', async (t) => {
  const { bytes } = await record({}, 400);
  for (const length of [0, 30, bytes.length - 1, bytes.length - 100]) await t.throwsAsync(rerunTrainer(bytes.subarray(0, length)), { name: 'JournalError', message: /^the journal breaks/ });
  await t.throwsAsync(rerunSimulation(bytes), { name: 'JournalError', message: 'the journal breaks in its header (a run of actor-learners; rerunTrainer repeats it)' });
  const journal = readJournal(bytes);
  await t.throwsAsync(rerunTrainer({ ...journal, settings: { ...(journal.settings as object), algorithm: 'ddpg' } }), { name: 'JournalError', message: /"algorithm" expected/ });
  await t.throwsAsync(rerunTrainer({ ...journal, digest: 'another' }), { name: 'JournalError', message: /first weights/ });
  await t.throwsAsync(rerunTrainer(journal, { threads: 2 }), { name: 'RangeError', message: /^"threads" expected 1 for actor-learners/ });
  const named = { ...journal, logs: [{ bytes: encodeOrder([18, 19]), updates: 1 }] };
  await t.throwsAsync(repeat(named), { name: 'JournalError', message: /the journal names actor 9 of 5/ });
});

test('runs that repeat themselves, and racy ones, are not recorded', async (t) => {
  t.throws(() => recordedActorLearnerOptions({ algorithm: 'a2c' }), { message: /^"record" expected another schedule/ });
  t.throws(() => recordedActorLearnerOptions({ time: 'virtual' }), { message: /^"record" expected real time/ });
  const learners = await createActorLearners(SMALL);
  t.teardown(() => learners.close());
  await t.throwsAsync(learners.run({ steps: 100, record: newPath() }), { message: /^"record" expected timing\.updates to be ordered/ });
  await t.throwsAsync(createActorLearners({ algorithm: 'a2c', timing: { updates: 'ordered' } }), { message: /^"timing\.updates" expected/ });
});
