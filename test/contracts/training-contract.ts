import test from 'ava';

import type { EpisodeRecord, Metrics, Progress, Trainer } from '../../src/index.js';

export interface SmallOptions {
  readonly environment?: string;
  readonly seed?: number;
}

/** Worker threads and ports that this process still holds open. */
const openHandles = () => process.getActiveResourcesInfo().filter((name) => /MessagePort|Worker|Timeout/.test(name)).length;

/** Lets what is closing come to its end. Bounded by turns of the event loop, not by time. */
async function turnsUntil(over: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !over(); turn += 1) await new Promise((resolve) => { setImmediate(resolve); });
}

/**
 * The suite that everything with the surface of a training passes.
 *
 * @param create a small one, with 8 hidden neurons, a warm-up of 64 steps and one update per step, that can be repeated bit for bit
 */
export function trainingContract(name: string, create: (options?: SmallOptions) => Promise<Trainer>): void {
  test.serial(`${name} reports its episodes in order and its progress up to the last step`, async (t) => {
    const training = await create({ environment: 'CartPole-v1' });
    const episodes: EpisodeRecord[] = [];
    const progress: Progress[] = [];
    training.on('episode', (episode) => episodes.push(episode));
    training.on('progress', (each) => progress.push(each));
    const report = await training.run({ steps: 1500 });
    await training.close();
    t.deepEqual(episodes.map(({ episode }) => episode), episodes.map((_, i) => i + 1));
    t.true(episodes.every(({ return: episodeReturn, length }) => episodeReturn === length && length <= 500));
    t.is(episodes.reduce((sum, { length }) => sum + length, 0), episodes[episodes.length - 1].step);
    t.like(progress[progress.length - 1], { step: 1500, steps: 1500, episodes: episodes.length, updates: 1500 - 64 });
    t.is(report.steps, 1500);
    t.is(report.updatesPerStep, (1500 - 64) / 1500);
    t.false(report.stopped);
    t.is(report.partitions.reduce((sum, { neurons }) => sum + neurons, 0), 8 + 2);
  });

  test.serial(`${name} measures every 1,000 steps and at the end of a run, and repeats itself to the last bit`, async (t) => {
    const trace = async (slices: readonly number[], seed: number) => {
      const training = await create({ seed });
      const metrics: Metrics[] = [];
      training.on('metrics', (each) => metrics.push(each));
      for (const steps of slices) await training.run({ steps });
      const { returns } = await training.evaluate({ episodes: 2 });
      const weights = Buffer.from(training.encodeWeights()).toString('base64');
      await training.close();
      return { metrics, returns, weights };
    };
    const first = await trace([1100], 5);
    t.deepEqual(first.metrics.map(({ step }) => step), [1000, 1100]);
    t.true(Object.values(first.metrics[0].weightNorm).every((norm) => norm > 0));
    t.deepEqual(await trace([1100], 5), first);
    const sliced = await trace([300, 800], 5);
    t.deepEqual(sliced.metrics.map(({ step }) => step), [300, 1000, 1100]);
    t.deepEqual({ returns: sliced.returns, weights: sliced.weights }, { returns: first.returns, weights: first.weights });
    t.not((await trace([1100], 6)).weights, first.weights);
  });

  test.serial(`${name} evaluates the same way every time, on the episodes that the random policy gets, and learns nothing by it`, async (t) => {
    const training = await create();
    const weights = training.encodeWeights();
    const first = await training.evaluate({ episodes: 3 });
    t.deepEqual(await training.evaluate({ episodes: 3 }), first);
    t.is(first.episodes, 3);
    t.is(first.meanReturn, (first.returns[0] + first.returns[1] + first.returns[2]) / 3);
    t.deepEqual(training.evaluateRandomPolicy({ episodes: 3 }), training.evaluateRandomPolicy({ episodes: 3 }));
    t.deepEqual(training.encodeWeights(), weights);
    t.is(training.step, 0);
    await training.close();
  });

  test.serial(`${name} evaluated between two parts of a run ends as without the evaluation`, async (t) => {
    const weights = async (evaluates: boolean) => {
      const training = await create();
      for (const steps of [90, 60]) {
        await training.run({ steps });
        if (evaluates) await training.evaluate({ episodes: 1 });
      }
      t.is(training.step, 150);
      await training.close();
      return training.encodeWeights();
    };
    t.deepEqual(await weights(true), await weights(false));
  });

  test.serial(`${name} ends a run early at a signal, and close leaves no worker, port or timer`, async (t) => {
    const before = openHandles();
    const training = await create();
    const interruption = new AbortController();
    training.on('progress', ({ step }) => { if (step > 0) interruption.abort(); });
    const report = await training.run({ steps: 10_000_000, signal: interruption.signal });
    t.true(report.stopped && report.steps > 0);
    t.is(report.steps, training.step);
    await training.close();
    await training.close();
    await turnsUntil(() => openHandles() === before);
    t.is(openHandles(), before);
  });

  test.serial(`${name} takes no step in a run whose signal was given before it began`, async (t) => {
    const training = await create();
    const { steps, stopped, updatesPerStep } = await training.run({ steps: 100, signal: AbortSignal.abort() });
    t.deepEqual({ steps, stopped, updatesPerStep }, { steps: 0, stopped: true, updatesPerStep: 0 });
    await training.close();
  });

  test.serial(`${name} ends an evaluation after the episode at hand at a signal, and plays none where it was given before`, async (t) => {
    const training = await create();
    const interruption = new AbortController();
    setImmediate(() => { interruption.abort(); });
    const { episodes, returns } = await training.evaluate({ episodes: 1_000_000, signal: interruption.signal });
    t.true(episodes > 0 && episodes < 1_000_000 && returns.every(Number.isFinite));
    t.is((await training.evaluate({ episodes: 2, signal: interruption.signal })).episodes, 0);
    await training.close();
  });

  test.serial(`${name} refuses a second command during a run, which continues`, async (t) => {
    const training = await create();
    const run = training.run({ steps: 300 });
    await t.throwsAsync(training.evaluate(), { message: /is still going on: await it before the next$/ });
    t.is((await run).steps, 300);
    await training.close();
  });

  test.serial(`${name} closed during a run ends it`, async (t) => {
    const training = await create();
    const run = training.run({ steps: 10_000_000 });
    training.on('progress', ({ step }) => { if (step > 0) void training.close(); });
    await t.throwsAsync(run, { message: 'the simulation is closed' });
    await t.throwsAsync(training.evaluate(), { message: 'the simulation is closed' });
  });

  test.serial(`${name} ends a run with the error of a listener, and can continue`, async (t) => {
    const training = await create();
    training.once('progress', () => {
      throw new Error('enough');
    });
    await t.throwsAsync(training.run({ steps: 10_000_000 }), { message: 'enough' });
    t.is((await training.run({ steps: 100 })).steps, 100);
    await training.close();
  });

  test.serial(`${name} pauses for checkpoints at multiples of the interval and at the end, after metrics except at the end of a stopped run`, async (t) => {
    const training = await create();
    const events: string[] = [];
    const interruption = new AbortController();
    training.on('metrics', ({ step }) => events.push(`metrics ${step}`));
    training.on('checkpoint', ({ step }) => {
      events.push(`checkpoint ${step}`);
      t.deepEqual(training.encodeCheckpoint(), training.encodeCheckpoint());
      if (step === 1400) interruption.abort();
    });
    await training.run({ steps: 1050, checkpointEvery: 500 });
    await training.run({ steps: 60 });
    await training.run({ steps: 10_000, checkpointEvery: 700, signal: interruption.signal });
    t.deepEqual(events, ['checkpoint 500', 'metrics 1000', 'checkpoint 1000', 'metrics 1050', 'checkpoint 1050', 'metrics 1110', 'checkpoint 1400']);
    await training.close();
  });

  test.serial(`${name} gives no checkpoint while a command is going on, and keeps the note with the others`, async (t) => {
    const training = await create();
    for (const command of [() => training.run({ steps: 200 }), () => training.evaluate({ episodes: 2 })]) {
      const running = command();
      t.throws(() => training.encodeCheckpoint(), { message: /^a checkpoint can be taken between commands/ });
      await running;
      t.true(Buffer.from(training.encodeCheckpoint({ words: 'as I left it' })).includes('"note":{"words":"as I left it"}'));
    }
    await t.throwsAsync(training.run({ checkpointEvery: -1 }), { instanceOf: RangeError, message: /^"checkpointEvery" expected a whole number >= 0/ });
    await training.close();
  });

  test.serial(`${name} refuses wrong options by name`, async (t) => {
    const training = await create();
    await t.throwsAsync(training.run({ steps: 0 }), { instanceOf: RangeError, message: /^"steps" expected a whole number >= 1/ });
    await t.throwsAsync(training.evaluate({ episodes: 1.5 }), { instanceOf: RangeError, message: /^"episodes" expected a whole number >= 1/ });
    t.throws(() => training.evaluateRandomPolicy({ episodes: 0 }), { instanceOf: RangeError, message: /^"episodes" expected/ });
    await training.close();
    await t.throwsAsync(create({ seed: -1 }), { instanceOf: RangeError, message: /^"seed" expected a whole number >= 0/ });
  });
}
