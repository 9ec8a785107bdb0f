import test from 'ava';

import { createSimulation, PartitionError, resolveSettings, type EpisodeRecord, type Progress } from '../../src/index.js';
import { DivergenceError } from '../../src/errors.js';
import { Supervisor } from '../../src/supervisor/supervisor.js';

const SMALL = { network: { hidden: [8] }, learning: { warmup: 64 }, partitions: 2 } as const;

/** Worker threads and ports that this process still holds open. */
const openHandles = () => process.getActiveResourcesInfo().filter((name) => /MessagePort|Worker|Timeout/.test(name)).length;

test.serial('a run reports its episodes in order and its progress up to the last step', async (t) => {
  const simulation = await createSimulation({ ...SMALL, environment: 'CartPole-v1' });
  const episodes: EpisodeRecord[] = [];
  const progress: Progress[] = [];
  simulation.on('episode', (episode) => episodes.push(episode));
  simulation.on('progress', (each) => progress.push(each));
  const report = await simulation.run({ steps: 1500 });
  await simulation.close();
  t.deepEqual(episodes.map(({ episode }) => episode), episodes.map((_, i) => i + 1));
  t.true(episodes.every(({ return: episodeReturn, length }) => episodeReturn === length && length <= 500));
  t.is(episodes.reduce((sum, { length }) => sum + length, 0), episodes[episodes.length - 1].step);
  t.is(progress[progress.length - 1].step, 1500);
  t.is(report.steps, 1500);
  t.false(report.stopped);
  t.is(report.partitions.reduce((sum, { neurons }) => sum + neurons, 0), 8 + 2);
});

test.serial('hogwild holds updates per environment step inside the window of its rate limit', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'hogwild', rateLimit: 4 });
  const { partitions } = await simulation.run({ steps: 1064 });
  await simulation.close();
  for (const { updates } of partitions) t.true(updates >= 1000 && updates <= 1004, `${updates} updates`);
});

test.serial('hogwild without a rate limit ends at the last step', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'hogwild', rateLimit: 'off' });
  const { steps, partitions } = await simulation.run({ steps: 500 });
  await simulation.close();
  t.is(steps, 500);
  t.true(partitions.every(({ updates }) => updates > 0));
});

test.serial('partitions read one another, and a synchronous read is never stale', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'synchronous', partitions: 3 });
  const { staleness } = await simulation.run({ steps: 300 });
  await simulation.close();
  t.true(staleness.reads > 1000);
  t.is(staleness.max, 0);
  t.is(staleness.helped, 0);
});

test.serial('evaluation repeats itself, on the episodes that the random policy gets', async (t) => {
  const simulation = await createSimulation(SMALL);
  const first = await simulation.evaluate({ episodes: 3 });
  t.deepEqual(await simulation.evaluate({ episodes: 3 }), first);
  t.is(first.episodes, 3);
  t.deepEqual(simulation.evaluateRandomPolicy({ episodes: 3 }), simulation.evaluateRandomPolicy({ episodes: 3 }));
  await simulation.close();
});

test.serial('a signal ends a run early and close leaves no worker, port or timer', async (t) => {
  const before = openHandles();
  const simulation = await createSimulation(SMALL);
  const interruption = new AbortController();
  setTimeout(() => { interruption.abort(); }, 300);
  const report = await simulation.run({ steps: 10_000_000, signal: interruption.signal });
  t.true(report.stopped && report.steps > 0);
  await simulation.close();
  await simulation.close();
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  t.is(openHandles(), before);
});

test.serial('a run whose signal was given before it began takes no step', async (t) => {
  const simulation = await createSimulation(SMALL);
  const { steps, stopped, updatesPerStep } = await simulation.run({ steps: 100, signal: AbortSignal.abort() });
  t.deepEqual({ steps, stopped, updatesPerStep }, { steps: 0, stopped: true, updatesPerStep: 0 });
  await simulation.close();
});

test.serial('a second command during a run is refused and the run goes on', async (t) => {
  const simulation = await createSimulation(SMALL);
  const run = simulation.run({ steps: 300 });
  await t.throwsAsync(simulation.evaluate(), { message: /is still going on: await it before the next$/ });
  t.is((await run).steps, 300);
  await simulation.close();
});

test.serial('closing during a run ends it', async (t) => {
  const simulation = await createSimulation(SMALL);
  const run = simulation.run({ steps: 10_000_000 });
  setTimeout(() => { void simulation.close(); }, 200);
  await t.throwsAsync(run, { message: 'the simulation is closed' });
  await t.throwsAsync(simulation.evaluate(), { message: 'the simulation is closed' });
});

for (const schedule of ['hogwild', 'synchronous'] as const) {
  test.serial(`a killed worker ends a ${schedule} run with an error that names partition and step`, async (t) => {
    const supervisor = new Supervisor(resolveSettings({ ...SMALL, partitions: 3, schedule }));
    await supervisor.ready();
    const run = supervisor.train(1000);
    while (supervisor.steps < 100) await new Promise((resolve) => { setTimeout(resolve, 5); });
    void supervisor.threads[1].terminate();
    const error = await t.throwsAsync(run, { instanceOf: PartitionError, message: /^partition \d failed at step \d+: its worker died/ });
    t.true(error.step >= 100);
    await supervisor.close();
    t.is(supervisor.threads.length, 0);
  });

  test.serial(`weights that diverge end a ${schedule} run with the neuron's name`, async (t) => {
    const simulation = await createSimulation({ ...SMALL, schedule, rule: { optimiser: 'sgd', outputRate: 1e37, criticRate: 1e3 }, network: { hidden: [8], outputActivation: 'linear' } });
    const error = await t.throwsAsync(simulation.run({ steps: 1000 }), { instanceOf: PartitionError });
    t.regex(error.message, /^partition \d failed at step \d+: (weighted input|TD error.*|voltage|\w+) of neuron (bias|\w+\[\d+\]) became (NaN|-?Infinity)/);
    t.true(error.cause instanceof DivergenceError);
    await simulation.close();
  });
}
