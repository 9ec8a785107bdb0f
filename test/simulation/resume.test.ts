import { createHash } from 'node:crypto';

import test from 'ava';

import { RULE_NAMES } from '../../src/entries/internals.js';
import { CheckpointError, createDdpg, createSimulation, resumeDdpg, resumeSimulation, type RunReport, type SimulationOptions, type Trainer } from '../../src/index.js';
import { createStream } from '../../src/random/stream.js';

/** What a training tells from now on. */
function listen(training: Trainer): string[] {
  const events: string[] = [];
  training.on('episode', (episode) => events.push(JSON.stringify(episode)));
  training.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  return events;
}

/** All that a training comes to at the end. */
async function conclude(training: Trainer): Promise<unknown> {
  const checkpoint = createHash('sha256').update(training.encodeWeights()).digest('hex');
  const { returns } = await training.evaluate({ episodes: 1 });
  await training.close();
  return { checkpoint, returns };
}

interface Kind {
  readonly create: () => Promise<Trainer>;
  readonly resume: (checkpoint: Uint8Array) => Promise<Trainer>;
}

/** Resumes a run of `steps` at each of the cuts, one after the other, and compares it with one that was never interrupted. */
async function compare(t: { deepEqual(actual: unknown, expected: unknown, message?: string): boolean; true(value: boolean): boolean }, { create, resume }: Kind, steps: number, cuts: readonly number[]): Promise<void> {
  const whole = await create();
  const expected = listen(whole);
  const { lesion } = await whole.run({ steps, episodes: 1 });
  const end = await conclude(whole);

  let training = await create();
  let events = listen(training);
  const told: string[] = [];
  let report: RunReport | undefined;
  for (const cut of [...cuts, steps]) {
    let taken: { bytes: Uint8Array; events: number } | undefined;
    const current = training;
    const heard = events;
    const interruption = new AbortController();
    current.on('checkpoint', ({ step }) => {
      if (step !== cut || step === steps) return;
      taken = { bytes: current.encodeCheckpoint(), events: heard.length };
      interruption.abort();
    });
    report = await current.run({ steps: steps - current.step, checkpointEvery: cut, signal: interruption.signal, episodes: 1 });
    if (taken === undefined) break;
    t.true(current.step < steps || cut === steps);
    told.push(...heard.slice(0, taken.events));
    await current.close();
    training = await resume(taken.bytes);
    events = listen(training);
  }
  told.push(...events);
  t.deepEqual(told, expected);
  t.deepEqual(report?.lesion, lesion);
  t.deepEqual(await conclude(training), end);
}

/** Cut points that no one chose, in order; never 0. */
function randomCuts(name: string, count: number, steps: number): number[] {
  const stream = createStream(11, name);
  return Array.from({ length: count }, () => 1 + stream.integer(steps - 1)).toSorted((a, b) => a - b);
}

const small = (rule: NonNullable<SimulationOptions['rule']>, partitions: number): SimulationOptions => ({
  environment: 'CartPole-v1',
  network: { hidden: [5, 4] },
  rule,
  schedule: 'synchronous',
  partitions,
  seed: 3,
  ...(rule !== 'coagent' && rule !== 'sarsa' && { exploration: { correlation: 0.9 }, learning: { batch: 8, warmup: 60, replay: 256 } }), // small, so that the ring wraps around
});

const simulation = (options: SimulationOptions): Kind => ({ create: () => createSimulation(options), resume: resumeSimulation });

RULE_NAMES.forEach((rule, i) => {
  const partitions = 1 + (i % 3);
  test.serial(`a synchronous run of ${rule} on ${partitions} partitions that is cut anywhere and resumed equals the uninterrupted one bit for bit`, async (t) => {
    await compare(t, simulation(small(rule, partitions)), 220, randomCuts(rule, 1, 220));
  });
});

test.serial('a run resumed at its first step, just behind its warm-up and just before its last step equals the uninterrupted one', async (t) => {
  await compare(t, simulation(small('broadcast', 2)), 200, [1, 60, 61, 199]);
});

test.serial('a run with episodes that are truncated, cut around the truncation and past 1,000 steps, equals the uninterrupted one', async (t) => {
  const options: SimulationOptions = { ...small('broadcast', 1), environment: 'Pendulum-v1' };
  await compare(t, simulation(options), 1230, [199, 201, 1000, 1111]);
});

const DYING: SimulationOptions = { ...small('broadcast', 2), environment: 'Pendulum-v1', steps: 420, lesion: { fraction: 0.3, step: 230, reinitialiseAt: 300, evaluateEvery: 50 } };

test.serial('a run with a lesion and a re-initialisation, cut before, at, between and after them, equals the uninterrupted one, its report included', async (t) => {
  await compare(t, simulation(DYING), 420, [150, 230, 260, 280, 300, 301, 330, 419]);
  await compare(t, simulation({ ...small('coagent', 3), steps: 220, lesion: { fraction: 0.5, step: 110, reinitialiseAt: 130 } }), 220, [109, 111, 129, 130, 200]);
});

test.serial('a run cut right before a lesion whose return is not measured yet measures it when resumed', async (t) => {
  for (const at of [230, 300, 420]) {
    const [whole, first] = await Promise.all([createSimulation(DYING), createSimulation(DYING)]);
    const interruption = new AbortController();
    let taken: Uint8Array | undefined;
    first.on('progress', ({ step }) => { if (step === at) interruption.abort(); });
    first.on('checkpoint', ({ step }) => { if (step === at) taken = first.encodeCheckpoint(); });
    await first.run({ checkpointEvery: 1000, signal: interruption.signal, episodes: 1 });
    await first.close();
    if (taken === undefined) throw new Error('no checkpoint was taken');
    const second = await resumeSimulation(taken);
    const [expected, { lesion, steps }] = [await whole.run({ episodes: 1 }), await second.run(at < 420 ? { steps: 420 - at, episodes: 1 } : { steps: 1, signal: AbortSignal.abort(), episodes: 1 })];
    t.deepEqual([lesion, steps], [expected.lesion, 420 - at]);
    t.deepEqual(second.encodeWeights(), whole.encodeWeights());
    await Promise.all([second.close(), whole.close()]);
  }
});

test.serial('DDPG that is cut anywhere and resumed equals the uninterrupted run bit for bit', async (t) => {
  const options = { network: { hidden: [5] }, exploration: { hidden: 0.1, correlation: 0.9 }, learning: { batch: 8, warmup: 60, replay: 256, updatesPerStep: 0.7, finalRateFraction: 0.1 }, seed: 3, steps: 1000 };
  const kind: Kind = { create: () => createDdpg(options), resume: resumeDdpg };
  for (const cuts of [[1, 60, 200, 201], randomCuts('ddpg', 4, 1150), [1000, 1149]]) await compare(t, kind, 1150, cuts);
});

test.serial('a hogwild run resumes where it was, with its updates, and learns on', async (t) => {
  const options: SimulationOptions = { ...small('broadcast', 2), schedule: 'hogwild' };
  const first = await createSimulation(options);
  await first.run({ steps: 217 });
  const [bytes, weights] = [first.encodeCheckpoint(), first.encodeWeights()];
  await first.close();
  const second = await resumeSimulation(bytes);
  t.is(second.step, 217);
  t.deepEqual(second.encodeWeights(), weights);
  const { steps, partitions } = await second.run({ steps: 100 });
  t.is(steps, 100);
  for (const { updates } of partitions) t.true(Math.abs(updates - (317 - 60)) <= 16, `${updates} updates`);
  await second.close();
});

test.serial('steps beyond those of the settings are the same for a run that was resumed', async (t) => {
  const options = { ...small('broadcast', 1), steps: 150 };
  await compare(t, simulation(options), 250, [120, 200]);
});

test.serial('a checkpoint taken before the first step resumes to the whole run', async (t) => {
  const [first, whole] = await Promise.all([createSimulation(small('broadcast', 1)), createSimulation(small('broadcast', 1))]);
  const second = await resumeSimulation(first.encodeCheckpoint());
  for (const training of [whole, second]) await training.run({ steps: 150 });
  t.deepEqual(second.encodeWeights(), whole.encodeWeights());
  await Promise.all([first, second, whole].map((training) => training.close()));
});

test.serial('a checkpoint of another kind, or with unknown settings, is refused', async (t) => {
  const ddpg = await createDdpg({ network: { hidden: [2] } });
  const bytes = ddpg.encodeCheckpoint();
  await ddpg.close();
  await t.throwsAsync(resumeSimulation(bytes), { instanceOf: CheckpointError, message: 'it is a checkpoint of ddpg, not of simulation' });
  await t.throwsAsync(resumeDdpg(bytes.subarray(0, 500)), { instanceOf: CheckpointError, message: /^it is too short/ });
});
