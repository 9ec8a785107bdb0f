import test from 'ava';
import fc from 'fast-check';

import { createCertificate, createDdpg, createBatchedTrainer, createSimulation, isOptionError, rerunSimulation, resumeSimulation } from '../../src/index.js';
import { checkEvaluateOptions, checkRerunOptions, checkRunOptions, checkRunOptionsWith, checkRecordOptions } from '../../src/simulation/command-options.js';

/** What JavaScript may call a command with. */
const anything = (value: unknown) => value as object;

const WRONG: [unknown, string][] = [
  [null, '"options" expected an object, got null'],
  ['x', '"options" expected an object, got "x"'],
  [[1], '"options" expected an object, got [1]'],
  [new Date(0), '"options" expected plain data (numbers, strings, booleans, null, lists and objects of these), got a Date'],
  [{ step: 5 }, '"step" expected a known option (steps, signal, checkpointEvery, episodes, record), got "step"; did you mean "steps"?'],
  [{ steps: 5n }, '"steps" expected plain data (numbers, strings, booleans, null, lists and objects of these), got 5n'],
  [{ steps: 0 }, '"steps" expected a whole number >= 1 and <= 100000000, got 0'],
  [{ signal: true }, '"signal" expected an AbortSignal, got true'],
  [{ signal: new AbortController() }, '"signal" expected an AbortSignal, got a AbortController'],
  [{ signal: null }, '"signal" expected an AbortSignal, got null'],
  [{ get signal(): never { throw new Error('no'); } }, '"signal" expected a value that can be read, got {"signal":(its getter throws)} (no)'],
  [{ record: 7 }, '"record" expected a string, got 7'],
];

for (const [options, message] of WRONG) {
  test(`a run is refused: ${message}`, (t) => {
    const error = t.throws(() => checkRunOptions(options), { message });
    t.true(isOptionError(error));
  });
}

test('valid options come back unchanged, and omitted ones stay absent', (t) => {
  const { signal } = new AbortController();
  const options = { steps: 5, signal, checkpointEvery: 0, episodes: 3, record: 'journal.bin' };
  t.deepEqual(checkRunOptions(options), options);
  t.is(checkRunOptions(options).signal, signal);
  t.deepEqual(checkRunOptions({ steps: undefined }), {});
  const onUpdate = () => undefined;
  t.is(checkRunOptionsWith({ onUpdate }, 'onUpdate').onUpdate, onUpdate);
  t.throws(() => checkRunOptionsWith({ onUpdate: 1 }, 'onUpdate'), { message: '"onUpdate" expected a function, got 1' });
  t.deepEqual(checkRecordOptions({}), { episode: 0, steps: 1000 });
  t.throws(() => checkRerunOptions({ thread: 1 }), { message: '"thread" expected a known option (threads), got "thread"; did you mean "threads"?' });
});

test('options of commands end in an option error for any value', (t) => {
  const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true, withBoxedValues: true, maxDepth: 2 });
  const key = fc.constantFrom('steps', 'signal', 'checkpointEvery', 'episodes', 'record', 'episode', 'threads', '__proto__', 'other');
  fc.assert(fc.property(fc.oneof(value, fc.dictionary(key, value)), fc.constantFrom(checkRunOptions, checkEvaluateOptions, checkRecordOptions, checkRerunOptions), (options, check) => {
    try {
      check(options);
    } catch (error) {
      t.true(isOptionError(error), String(error));
    }
  }), { numRuns: 500 });
});

const SMALL = { steps: 60, learning: { warmup: 20, batch: 8, replay: 300 } };

test('commands of a simulation refuse wrong options, and an aborted signal shortens them', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'synchronous', partitions: 1 });
  const aborted = AbortSignal.abort();
  await t.throwsAsync(simulation.run(anything(null)), { message: '"options" expected an object, got null' });
  await t.throwsAsync(simulation.evaluate(anything('x')), { message: '"options" expected an object, got "x"' });
  await t.throwsAsync(simulation.evaluate(anything({ episode: 1 })), { message: /^"episode" expected a known option \(episodes, seed, signal\).*did you mean "episodes"\?$/ });
  t.throws(() => simulation.evaluateRandomPolicy(anything({ sed: 1 })), { message: /^"sed" expected a known option \(episodes, seed\)/ });
  t.throws(() => simulation.recordEpisode(anything({ step: 1 })), { message: /^"step" expected a known option/ });
  t.like(await simulation.run({ signal: aborted }), { steps: 0, stopped: true });
  t.deepEqual(await simulation.evaluate({ signal: aborted }), { meanReturn: NaN, episodes: 0, returns: [] });
  t.is((await simulation.evaluate({ episodes: 1 })).episodes, 1);
  await simulation.close();
});

test('so do those of DDPG, of batches and of certificates', async (t) => {
  const ddpg = await createDdpg(SMALL);
  await t.throwsAsync(ddpg.run(anything({ onUpdates: 1 })), { message: /^"onUpdates" expected a known option .*did you mean "onUpdate"\?$/ });
  t.like(await ddpg.run({ signal: AbortSignal.abort() }), { steps: 0, stopped: true });
  t.is((await ddpg.evaluate({ signal: AbortSignal.abort() })).episodes, 0);
  await ddpg.close();
  const dense = await createBatchedTrainer({ ...SMALL, replicas: 2, device: 'cpu' });
  await t.throwsAsync(dense.run(anything({ record: 'x' })), { message: /^"record" expected a known option \(steps, signal\)/ });
  t.deepEqual((await dense.evaluate({ signal: AbortSignal.abort() })).replicas.map(({ episodes }) => episodes), [0, 0]);
  await dense.close();
  const certificate = await createCertificate(SMALL);
  await t.throwsAsync(certificate.run(anything({ onProbe: 1 })), { message: '"onProbe" expected a function, got 1' });
  await certificate.close();
  await t.throwsAsync(rerunSimulation(null as never), { message: '"journal" expected the bytes of a journal, or what readJournal has read, got null' });
  await t.throwsAsync(resumeSimulation('x' as never), { message: '"checkpoint" expected the bytes of a checkpoint, or a decoded one, got "x"' });
});
