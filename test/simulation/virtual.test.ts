import { createHash } from 'node:crypto';

import test from 'ava';
import fc from 'fast-check';

import { createSimulation, type SimulationOptions } from '../../src/index.js';

const SMALL: SimulationOptions = { network: { hidden: [5, 4] }, learning: { warmup: 64, batch: 8, replay: 256 }, partitions: 3, seed: 2 };
const STEPS = 200;

/** What a run comes to: its weights, and the virtual time that it took. */
async function outcome(options: SimulationOptions): Promise<{ weights: string; seconds: number | undefined; updates: readonly number[] }> {
  const simulation = await createSimulation({ ...SMALL, ...options });
  try {
    const { virtualSeconds, partitions } = await simulation.run({ steps: STEPS });
    await simulation.evaluate({ episodes: 1 }); // out of time
    return { weights: createHash('sha256').update(simulation.encodeWeights()).digest('hex'), seconds: virtualSeconds, updates: partitions.map(({ updates }) => updates) };
  } finally {
    await simulation.close();
  }
}

const duration = fc.oneof(
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.double({ min: 1e-6, max: 0.01, noNaN: true }).map((mean) => `exponential(${mean})`),
  fc.double({ min: 1e-6, max: 0.01, noNaN: true }).map((scale) => `pareto(${scale}, 1.5)`),
);
const world = fc.record({ compute: duration, act: duration, step: duration, learningMessageDelay: duration, actingMessageDelay: duration, messageLoss: fc.double({ min: 0, max: 0.5, noNaN: true }), stragglers: fc.constantFrom(0, 0.34), slowdown: fc.constantFrom(1, 7) });

test('with barriers, no delay, loss or straggler of a virtual world changes the weights: they are those of threads', async (t) => {
  const threads = await outcome({ schedule: 'synchronous', partitions: 2 });
  await fc.assert(
    fc.asyncProperty(world, fc.integer({ min: 1, max: 4 }), async (virtual, partitions) => {
      const { weights } = await outcome({ time: 'virtual', schedule: 'synchronous', virtual, partitions });
      t.is(weights, threads.weights);
    }),
    { seed: 1, numRuns: 5 },
  );
});

test('an asynchronous run in virtual time repeats itself exactly, whatever the world', async (t) => {
  await fc.assert(
    fc.asyncProperty(world, fc.constantFrom('hogwild', 'bounded', 'poisson'), async (virtual, schedule) => {
      const options: SimulationOptions = { time: 'virtual', schedule, virtual };
      t.deepEqual(await outcome(options), await outcome(options));
    }),
    { seed: 1, numRuns: 4 },
  );
});

test('streaming rules and rules with critics of their own learn in virtual time as well', async (t) => {
  for (const rule of ['coagent', 'compatible', 'quadratic'] as const) {
    const learning = rule === 'coagent' ? {} : { ...SMALL.learning };
    const options: SimulationOptions = { rule, learning, time: 'virtual', virtual: { compute: 'exponential(0.001)', learningMessageDelay: 0.002 } };
    const [once, again] = [await outcome(options), await outcome(options)];
    t.deepEqual(once, again);
    t.not(once.weights, (await outcome({ ...options, seed: 3 })).weights);
  }
});

test('time adds up: one partition takes its updates, acting ticks and steps one after another', async (t) => {
  const { seconds = 0, updates } = await outcome({ time: 'virtual', schedule: 'synchronous', partitions: 1, virtual: { compute: 0.1, act: 0.01, step: 1 } });
  t.deepEqual(updates, [STEPS - 64]);
  const observations = STEPS + 1; // the last one is answered, and not acted upon
  t.true(Math.abs(seconds - (0.1 * updates[0] + 0.01 * 3 * observations + STEPS + 1)) < 1.2, String(seconds)); // an episode's end costs one more
});

test('a straggler delays the updates of the partitions that wait for it, and no others', async (t) => {
  const straggling = { compute: 0.001, act: 0, step: 0, stragglers: 0.34, slowdown: 10 };
  const perSecond = async (schedule: 'synchronous' | 'hogwild') => {
    const { seconds = 1, updates } = await outcome({ updateWindow: 'off', time: 'virtual', schedule, virtual: { ...straggling } });
    return updates.map((count) => count / seconds).toSorted((a, b) => a - b);
  };
  const near = (rate: number, expected: number) => Math.abs(rate / expected - 1) < 0.1;
  const barriers = await perSecond('synchronous');
  t.true(barriers.every((rate) => near(rate, 100)), String(barriers));
  const free = await perSecond('hogwild');
  t.true(near(free[0], 100) && near(free[1], 1000) && near(free[2], 1000), String(free));
});

test('what belongs to virtual time is refused elsewhere, and an oracle that reads all weights in virtual time', async (t) => {
  await t.throwsAsync(createSimulation({ virtual: { learningMessageDelay: 1 } }), { message: '"virtual.learningMessageDelay" expected "time": "virtual", got "real"' });
  await t.throwsAsync(createSimulation({ time: 'virtual', rule: 'exact' }), { message: /"time" expected real for the rule exact, which reads the weights of all neurons, got "virtual"/ });
  await t.throwsAsync(createSimulation({ time: 'virtual', virtual: { learningMessageDelay: 'exponential(-1)' } }), { message: /"virtual.learningMessageDelay/ });
});
