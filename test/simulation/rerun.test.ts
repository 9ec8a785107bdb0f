import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import test from 'ava';

import { recordedOptions } from '../../src/entries/internals.js';
import { createSimulation, JournalError, PartitionError, readJournal, rerunSimulation, type Journal, type Simulation, type SimulationOptions } from '../../src/index.js';
import { createJournalReader } from '../../src/journal/reader.js';
import { createJournalWriter } from '../../src/journal/writer.js';
import { createStream } from '../../src/random/stream.js';
import { digestOf } from '../../src/simulation/recording.js';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'journal.bin');

/** Keeps a core busy in bursts, so that threads stop where nobody expects it. */
const BUSY = `
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 1; ; i = (i * 48271) % 2147483647) {
    const end = performance.now() + (i % 7);
    while (performance.now() < end);
    Atomics.wait(sleeper, 0, 0, i % 5);
  }`;

let busy: Worker | undefined;
test.before(() => { busy = new Worker(BUSY, { eval: true }); });
test.after.always(async () => { await busy?.terminate(); });

/** What a simulation tells from now on. */
function listen(simulation: Simulation): string[] {
  const events: string[] = [];
  simulation.on('episode', (episode) => events.push(JSON.stringify(episode)));
  simulation.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  return events;
}

/** All that a run came to, and its journal. */
interface Course {
  readonly weights: string;
  readonly events: readonly string[];
}

async function recordRun(options: SimulationOptions, steps: number): Promise<Course & { journal: Journal; helped: number }> {
  const simulation = await createSimulation(recordedOptions(options));
  const path = newPath();
  const events = listen(simulation);
  const { journal, staleness } = await simulation.run({ steps, record: path });
  const weights = digestOf(simulation.encodeWeights());
  await simulation.close();
  const bytes = readFileSync(path);
  if (journal?.bytes !== bytes.length) throw new Error('the report tells another length');
  return { weights, events, journal: readJournal(bytes), helped: staleness.helped };
}

async function replayRun(journal: Journal, threads: number): Promise<Course> {
  const simulation = await rerunSimulation(journal, { threads });
  const events = listen(simulation);
  try {
    await simulation.run();
    return { weights: digestOf(simulation.encodeWeights()), events };
  } finally {
    await simulation.close();
  }
}

const SCHEDULES = ['hogwild', 'bounded', 'poisson'] as const;
const RULES = ['broadcast', 'compatible', 'coagent', 'three-factor'] as const;
const LIMITS = [0, 2, 16, 200, 'off'] as const;

/** Settings of a small run that no one chose, and its length. The replay is so small that most runs fill it more than once. */
function randomRun(number: number): { options: SimulationOptions; rule: string; steps: number } {
  const stream = createStream(number, 'replay test');
  const rule = RULES[stream.integer(RULES.length)];
  const schedule = SCHEDULES[number % 3];
  const updateWindow = LIMITS[stream.integer(LIMITS.length)];
  const hidden = stream.integer(2) === 0 ? [7] : [6, 5];
  const options: SimulationOptions = {
    environment: stream.integer(2) === 0 ? 'CartPole-v1' : 'Pendulum-v1',
    network: { hidden },
    rule,
    schedule,
    updateWindow,
    partitions: 1 + Math.floor(number / 3) % 3,
    seed: number,
    steps: 400,
    ...(schedule === 'bounded' && { timing: { stalenessBound: stream.integer(5) } }),
    ...(rule !== 'coagent' && { exploration: { correlation: 0.5 }, learning: { batch: 8, warmup: 30, replay: 256 } }),
  };
  return { options, rule, steps: updateWindow === 'off' ? 32 + stream.integer(12) : 60 + stream.integer(600) }; // where nothing limits it, learning goes on a thousand times as fast as acting
}

for (let number = 0; number < 20; number += 1) {
  const { options, rule, steps } = randomRun(number);
  const { environment, schedule, partitions = 1, updateWindow, network } = options;
  test.serial(`run ${number} repeats itself: ${rule} ${String(schedule)}×${partitions} on ${String(environment)}, hidden ${String(network?.hidden)}, rate limit ${String(updateWindow)}, ${steps} steps`, async (t) => {
    const { journal, helped, ...recorded } = await recordRun(options, steps);
    const ticks = journal.logs.reduce((sum, { updates }) => sum + updates, 0);
    t.log(`${ticks} updates, ${(journal.logs.reduce((sum, { bytes }) => sum + bytes.length, 0) / ticks).toFixed(2)} bytes each, ${helped} sources computed`);
    t.is(journal.weightsSha256, recorded.weights);
    for (let threads = 1; threads <= partitions; threads += 1) t.deepEqual(await replayRun(journal, threads), recorded, `${threads} threads`);
  });
}

const SMALL: SimulationOptions = { environment: 'CartPole-v1', network: { hidden: [5] }, learning: { batch: 8, warmup: 30, replay: 256 }, partitions: 2, seed: 4 };

test.serial('a run that a signal ended repeats itself up to where it ended, and then evaluates as it did', async (t) => {
  const simulation = await createSimulation(recordedOptions(SMALL));
  const events = listen(simulation);
  const interruption = new AbortController();
  simulation.on('episode', ({ step }) => { if (step > 1100) interruption.abort(); });
  const path = newPath();
  await simulation.evaluate({ episodes: 1 }); // no part of the run
  const { stopped } = await simulation.run({ steps: 100_000, record: path, signal: interruption.signal, checkpointEvery: 300 });
  t.true(stopped && simulation.step > 1100);
  const end = { weights: digestOf(simulation.encodeWeights()), step: simulation.step, ...await simulation.evaluate({ episodes: 3 }) };
  await simulation.close();
  const rerun = await rerunSimulation(readFileSync(path), { threads: 1 });
  const repeated = listen(rerun);
  await rerun.run();
  t.deepEqual({ weights: digestOf(rerun.encodeWeights()), step: rerun.step, ...await rerun.evaluate({ episodes: 3 }) }, end);
  t.deepEqual(repeated, events);
  await t.throwsAsync(rerun.run(), { message: 'the journal has been repeated to its end' });
  await rerun.close();
});

test.serial('an interrupted rerun pauses after a command, and continues from there', async (t) => {
  const { journal, ...recorded } = await recordRun(SMALL, 2500);
  const rerun = await rerunSimulation(journal, { threads: 2 });
  t.teardown(() => rerun.close());
  const events = listen(rerun);
  const interruption = new AbortController();
  rerun.once('episode', () => { interruption.abort(); });
  t.true((await rerun.run({ signal: interruption.signal })).stopped);
  t.is(rerun.step, 1000);
  t.false((await rerun.run()).stopped);
  t.deepEqual({ weights: digestOf(rerun.encodeWeights()), events }, { weights: recorded.weights, events: recorded.events });
});

/** The log of a lone partition in which the update has one acting tick more before it, and the next one less. */
function actEarlier({ logs: [{ bytes }], shape }: Journal, update: number): Uint8Array {
  const [reader, writer] = [createJournalReader(bytes, shape), createJournalWriter(shape)];
  let lent = 0;
  for (let event = reader.next(); event !== 'over'; event = reader.next()) {
    if (event === 'act' && reader.update > update && lent > 0) lent -= 1;
    else if (event === 'act') writer.act();
    else if (event === 'end') writer.end();
    else {
      if (reader.update === update) {
        writer.act();
        lent += 1;
      }
      writer.begin(reader.stored, reader.steps);
    }
  }
  return writer.takeBytes();
}

test.serial('a rerun follows the journal, not its own clock', async (t) => {
  const { journal, ...recorded } = await recordRun({ ...SMALL, partitions: 1 }, 300);
  const changed = { ...journal, logs: [{ bytes: actEarlier(journal, 50), updates: journal.logs[0].updates }] };
  const other = await replayRun(changed, 1);
  t.not(other.weights, recorded.weights);
  t.deepEqual(await replayRun(changed, 1), other);
});

test.serial('a journal that does not fit its run is refused, instead of waiting for ever', async (t) => {
  const { journal } = await recordRun(SMALL, 300);
  for (const step of [200, 400]) {
    await t.throwsAsync(replayRun({ ...journal, halts: [step] }, 1), { instanceOf: JournalError, message: `the journal breaks in its header (a run to step 300 that ends at step ${step})` });
  }
  await t.throwsAsync(replayRun({ ...journal, goal: 400, halts: [400] }, 2), { instanceOf: JournalError });
});

test.serial('a journal of other first weights, settings or kind is refused', async (t) => {
  const { journal } = await recordRun(SMALL, 100);
  const refused = (change: object, reason: RegExp) => t.throwsAsync(rerunSimulation({ ...journal, ...change }), { instanceOf: JournalError, message: reason });
  await refused({ digest: 'ab' }, /^the journal breaks in its header \(its first weights are not those that this version draws\)$/);
  await refused({ settings: { seed: 'x' } }, /^the journal breaks in its header \(settings that this version does not accept: "seed" expected /);
  await refused({ settings: null }, /^the journal breaks in its header \(settings that this version does not accept: /);
  await refused({ partitions: 3 }, /\(settings of another number of partitions\)$/);
  await t.throwsAsync(rerunSimulation(readFileSync('package.json')), { instanceOf: JournalError, message: 'the journal breaks in its header (it is no journal)' });
});

test.serial('a run that fails leaves a journal that is refused', async (t) => {
  const simulation = await createSimulation(recordedOptions({ ...SMALL, rule: { optimiser: 'sgd', criticRate: 1e30 } }));
  const path = newPath();
  await t.throwsAsync(simulation.run({ steps: 500, record: path }), { instanceOf: PartitionError });
  await simulation.close();
  await t.throwsAsync(rerunSimulation(readFileSync(path)), { instanceOf: JournalError, message: /^the journal breaks at update 0 of partition 0 \(cut short: the next frame is missing\)$/ });
});

test.serial('what cannot be repeated is not recorded', async (t) => {
  const refusal = (options: SimulationOptions) => t.throws(() => recordedOptions(options), { instanceOf: RangeError }).message;
  t.is(refusal({ schedule: 'synchronous' }), '"record" expected another schedule: a synchronous run repeats itself without a journal, got "synchronous"');
  t.is(refusal({ rule: 'exact' }), '"record" expected a rule other than exact, which reads all weights while they change, got "exact"');
  t.is(refusal({ schedule: 'poisson', timing: { clocks: 'neuron' } }), '"record" expected clocks of partitions: the journal does not hold which neurons learned in an update, got "neuron"');
  const racy = await createSimulation(SMALL);
  await t.throwsAsync(racy.run({ steps: 10, record: newPath() }), { message: /^"record" expected timing\.reads to be versioned/ });
  await racy.close();
  const simulation = await createSimulation(recordedOptions(SMALL));
  await simulation.run({ steps: 10 });
  await t.throwsAsync(simulation.run({ steps: 10, record: newPath() }), { message: '"record" expected a run from the first step on, got 10 steps taken before it' });
  await simulation.close();
});

test.serial('a rerun takes no options but a signal and a number of threads', async (t) => {
  const { journal } = await recordRun(SMALL, 20);
  await t.throwsAsync(rerunSimulation(journal, { threads: 0 }), { message: '"threads" expected a whole number >= 1, got 0' });
  const rerun = await rerunSimulation(journal, { threads: 99 });
  await t.throwsAsync(rerun.run({ steps: 5 }), { message: '"steps" expected nothing in a rerun, which its journal defines, got 5' });
  await t.throwsAsync(rerun.run({ record: newPath() }), { message: /^"record" expected nothing in a rerun/ });
  await rerun.close();
});
