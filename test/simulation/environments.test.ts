import { createHash } from 'node:crypto';

import test from 'ava';
import fc from 'fast-check';

import { recordedOptions } from '../../src/entries/internals.js';
import { createSimulation, resolveSettings, resumeSimulation, type Simulation, type SimulationOptions } from '../../src/index.js';
import { createStream } from '../../src/random/stream.js';
import { Supervisor } from '../../src/placement/partitioned/supervisor.js';
import { readSequence } from '../placement/partitioned/sequence.js';

const SMALL: SimulationOptions = { network: { hidden: [5, 4] }, exploration: { correlation: 0.6 }, learning: { warmup: 50, batch: 8, replay: 256 }, environments: 4, seed: 2 };

const weightsOf = (simulation: Simulation) => createHash('sha256').update(simulation.encodeWeights()).digest('hex');

/** What a run in slices comes to; evaluated between them. */
async function outcome(options: SimulationOptions, slices: readonly number[]): Promise<{ weights: string; episodes: readonly string[]; seconds: number; updates: readonly number[] }> {
  const simulation = await createSimulation({ ...SMALL, ...options });
  const episodes: string[] = [];
  simulation.on('episode', (episode) => episodes.push(JSON.stringify(episode)));
  let seconds = 0;
  try {
    for (const steps of slices) {
      const { virtualSeconds = 0 } = await simulation.run({ steps });
      seconds += virtualSeconds;
      await simulation.evaluate({ episodes: 1 });
    }
    const { partitions } = await simulation.run({ steps: 1, signal: AbortSignal.abort() });
    return { weights: weightsOf(simulation), episodes, seconds, updates: partitions.map(({ updates }) => updates) };
  } finally {
    await simulation.close();
  }
}

test.serial('behind barriers a run in several environments is bit-identical on 1, 2 and 3 partitions, in virtual time too, and wherever it halts', async (t) => {
  const reference = await outcome({ schedule: 'synchronous', partitions: 1 }, [820]);
  t.deepEqual(reference.updates, [770]);
  t.is(reference.episodes.length, 4);
  const same = ({ weights, episodes }: typeof reference) => { t.deepEqual({ weights, episodes }, { weights: reference.weights, episodes: reference.episodes }); };
  for (const partitions of [2, 3]) same(await outcome({ schedule: 'synchronous', partitions }, [820]));
  same(await outcome({ schedule: 'synchronous', partitions: 2 }, [49, 2, 346, 421, 2]));
  same(await outcome({ time: 'virtual', schedule: 'synchronous', partitions: 3, virtual: { compute: 'exponential(0.001)', step: 'pareto(0.001, 2)', learningMessageDelay: 0.002, actingMessageDelay: 0.001 } }, [333, 487]));
  for (const environments of [1, 3]) t.not((await outcome({ schedule: 'synchronous', partitions: 1, environments }, [820])).weights, reference.weights);
});

for (const schedule of ['hogwild', 'bounded', 'poisson'] as const) {
  test.serial(`several environments in virtual time under ${schedule} repeat themselves exactly`, async (t) => {
    const virtual = { compute: 'exponential(0.002)', act: 'exponential(0.0003)', step: 'pareto(0.002, 2.5)', learningMessageDelay: 'lognormal(0.002, 0.5)', actingMessageDelay: 'exponential(0.0005)', wake: 0.0001, messageLoss: 0.1, cores: 3 };
    const options: SimulationOptions = { time: 'virtual', schedule, partitions: 3, virtual };
    const once = await outcome(options, [120, 80]);
    t.deepEqual(await outcome(options, [120, 80]), once);
    t.not((await outcome({ ...options, seed: 3 }, [120, 80])).weights, once.weights);
  });
}

test.serial('steps of several environments are taken side by side: what one takes E times as long for, and halts cost nothing', async (t) => {
  const perStep = async (environments: number, schedule: 'hogwild' | 'synchronous') => {
    const options: SimulationOptions = { time: 'virtual', schedule, environments, partitions: 2, virtual: { compute: 1e-6, act: 1e-6, step: 1 } };
    const { seconds } = await outcome({ ...options, learning: { warmup: 1000, batch: 8, replay: 2048 } }, [1000, 200]);
    return seconds / 1200;
  };
  const near = (value: number, expected: number) => Math.abs(value / expected - 1) < 0.02;
  for (const schedule of ['hogwild', 'synchronous'] as const) {
    for (const environments of [1, 4, 40]) {
      const duration = await perStep(environments, schedule);
      t.true(near(duration, 1 / environments), `${schedule}: ${duration} s per step in ${environments} environments`);
    }
  }
});

test.serial('a resumed run in several environments comes to what one comes to that was never interrupted, cut anywhere', async (t) => {
  const options: SimulationOptions = { ...SMALL, schedule: 'synchronous', partitions: 2 };
  const whole = await createSimulation(options);
  await whole.run({ steps: 500 });
  const expected = weightsOf(whole);
  await whole.close();
  const stream = createStream(1, 'cuts');
  for (let i = 0; i < 3; i += 1) {
    const cut = 1 + stream.integer(499);
    const first = await createSimulation(options);
    await first.run({ steps: cut });
    const checkpoint = first.encodeCheckpoint();
    await first.close();
    const second = await resumeSimulation(checkpoint);
    await second.run({ steps: 500 - cut });
    t.is(weightsOf(second), expected, `cut at ${cut}`);
    await second.close();
  }
});

test.serial('at the last step of the plan every update that is owed has been made, though the last turn of the environments is not whole', async (t) => {
  const plan = fc.record({ environments: fc.integer({ min: 1, max: 64 }), steps: fc.integer({ min: 130, max: 300 }), warmup: fc.integer({ min: 80, max: 125 }), updatesPerStep: fc.constantFrom(0.5, 1, 2), cut: fc.integer({ min: 1, max: 129 }) });
  await fc.assert(
    fc.asyncProperty(plan, fc.constantFrom('synchronous', 'hogwild', 'bounded'), async ({ environments, steps, warmup, updatesPerStep, cut }, schedule) => {
      const run = async (slices: readonly number[]) => {
        const simulation = await createSimulation({ schedule, partitions: 1, environments, steps, network: { hidden: [4] }, learning: { warmup: Math.max(warmup, 64 + environments), updatesPerStep, batch: 4, replay: 512 } });
        const updates: number[] = [];
        for (const slice of slices) updates.push(...(await simulation.run({ steps: slice })).partitions.map((partition) => partition.updates));
        const weights = weightsOf(simulation);
        await simulation.close();
        return { weights, updates: updates.at(-1) ?? 0 };
      };
      const owed = Math.floor((steps - Math.max(warmup, 64 + environments)) * updatesPerStep);
      const [whole, halted] = [await run([steps]), await run([cut, steps - cut])];
      if (schedule === 'synchronous') t.deepEqual(halted, whole);
      for (const { updates } of [whole, halted]) t.true(schedule === 'synchronous' ? updates === owed : updates >= owed, `${updates} of ${owed}`);
    }),
    { seed: 1, numRuns: 4 },
  );
});

for (const schedule of ['hogwild', 'synchronous'] as const) {
  test.serial(`${schedule} on threads: workers killed while the network acts in several environments cost no transition`, async (t) => {
    const supervisor = new Supervisor(resolveSettings({ ...SMALL, learning: { warmup: 64, batch: 8 }, environments: 3, schedule, partitions: 2 }));
    await supervisor.ready();
    const run = supervisor.train(900);
    for (const at of [150, 400, 650]) {
      while (supervisor.steps < at || supervisor.threads.length < 2) await new Promise((resolve) => { setTimeout(resolve, 1); });
      void supervisor.threads[at === 400 ? 1 : 0].terminate();
    }
    await run;
    t.is(supervisor.steps, 900);
    const { transitions, open, breaks } = readSequence(supervisor.layout, supervisor.arena);
    t.deepEqual({ transitions, breaks }, { transitions: 900, breaks: [] });
    t.true(open <= 3);
    if (schedule === 'synchronous') t.is(supervisor.updates(0), 900 - 64);
    t.is(supervisor.takeRestarts().length, 3);
    await supervisor.close();
  });
}

test('what several environments do not go with is refused in one line', async (t) => {
  const refused = (options: SimulationOptions, message: RegExp) => t.throwsAsync(createSimulation(options), { instanceOf: RangeError, message });
  await refused({ environments: 0 }, /^"environments" expected a whole number >= 1 and <= 4096, got 0$/);
  await refused({ environments: 2, rule: 'coagent' }, /^"environments" expected 1, got 2; the rule learns from one stream of transitions$/);
  await refused({ environments: 40, learning: { warmup: 79 } }, /^"learning.warmup" expected a whole number >= 80/);
  await refused({ environments: 80, learning: { replay: 300 } }, /^"learning.replay" expected a whole number >= 320/);
  t.throws(() => recordedOptions({ environments: 2 }), { instanceOf: RangeError, message: /^"record" expected one environment: the journal does not hold the order of steps of several, got 2$/ });
  t.is(resolveSettings({ environments: 1000 }).learning.warmup, 2000);
});
