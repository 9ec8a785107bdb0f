import { createHash } from 'node:crypto';

import test from 'ava';

import { createDdpg, createSimulation, resolveSettings, resumeDdpg, resumeSimulation, type SimulationOptions, type Trainer } from '../../src/index.js';

const SMALL = { environment: 'CartPoleNoVel-v1', network: { hidden: [5, 4], observationTraces: [2, 8] }, learning: { warmup: 50, batch: 8, replay: 256 }, seed: 2 } as const satisfies SimulationOptions;

/** What a training comes to; its evaluation has the gains that training has left. */
async function conclude(training: Trainer): Promise<unknown> {
  const weights = createHash('sha256').update(training.encodeWeights()).digest('hex');
  const { returns } = await training.evaluate({ episodes: 2 });
  await training.close();
  return { weights, returns };
}

async function run(options: SimulationOptions, slices: readonly number[] = [230]): Promise<unknown> {
  const simulation = await createSimulation({ ...SMALL, rule: 'broadcast', ...options });
  for (const steps of slices) {
    await simulation.run({ steps });
    await simulation.evaluate({ episodes: 1 });
  }
  return conclude(simulation);
}

for (const environments of [1, 3]) {
  test.serial(`a synchronous run that remembers in ${environments === 1 ? 'one environment' : `${environments} environments`} is bit-identical on 1, 2 and 3 partitions, and wherever it is evaluated`, async (t) => {
    const reference = await run({ schedule: 'synchronous', partitions: 1, environments });
    for (const partitions of [2, 3]) t.deepEqual(await run({ schedule: 'synchronous', partitions, environments }), reference);
    t.deepEqual(await run({ schedule: 'synchronous', partitions: 2, environments }, [77, 153]), reference);
    t.notDeepEqual(await run({ schedule: 'synchronous', partitions: 1, environments, network: { ...SMALL.network, observationTraces: [2, 9] } }), reference);
  });
}

test.serial('runs that remember, of neuron-agents and of the opponent, are cut in the middle of an episode and resumed bit for bit', async (t) => {
  const kinds = [
    { create: () => createSimulation({ ...SMALL, rule: 'broadcast', schedule: 'synchronous' as const, partitions: 1 }), resume: resumeSimulation },
    { create: () => createSimulation({ ...SMALL, rule: 'broadcast', schedule: 'synchronous' as const, partitions: 1, environments: 3 }), resume: resumeSimulation },
    { create: () => createDdpg(SMALL), resume: resumeDdpg },
  ];
  for (const { create, resume } of kinds) {
    const [whole, first]: [Trainer, Trainer] = [await create(), await create()];
    await whole.run({ steps: 230 });
    await first.run({ steps: 133 });
    const second: Trainer = await resume(first.encodeCheckpoint());
    await first.close();
    await second.run({ steps: 97 });
    t.deepEqual(await conclude(second), await conclude(whole));
  }
});

const RECURRENT = { ...SMALL.network, observationTraces: [], recurrent: 1, recurrentTimeConstant: 4 };

for (const rule of ['broadcast', 'coagent', 'sarsa'] as const) {
  test.serial(`a recurrent network under ${rule} is bit-identical on 1 and 3 partitions, wherever it is evaluated, and where it is cut and resumed`, async (t) => {
    const learning = rule === 'broadcast' ? SMALL.learning : {};
    const options = (partitions: number): SimulationOptions => ({ ...SMALL, learning, network: RECURRENT, rule, schedule: 'synchronous', partitions });
    const create = (partitions: number) => createSimulation(options(partitions));
    const whole = await create(1);
    await whole.run({ steps: 230 });
    const reference = await conclude(whole);
    const first = await create(3);
    await first.run({ steps: 133 });
    await first.evaluate({ episodes: 1 });
    const second = await resumeSimulation(first.encodeCheckpoint());
    await first.close();
    await second.run({ steps: 97 });
    t.deepEqual(await conclude(second), reference);
  });
}

test.serial('a recurrent network acts and learns under every schedule, in several environments too', async (t) => {
  for (const options of [{ schedule: 'hogwild' }, { schedule: 'bounded' }, { schedule: 'poisson' }, { time: 'virtual' }, { schedule: 'hogwild', environments: 3 }] as const) {
    const simulation = await createSimulation({ ...SMALL, rule: 'broadcast', network: RECURRENT, partitions: 2, ...options });
    const { steps, updatesPerSecond } = await simulation.run({ steps: 200 });
    t.is(steps, 200);
    t.true(updatesPerSecond > 0);
    t.is((await simulation.evaluate({ episodes: 1 })).returns.length, 1);
    await simulation.close();
  }
});

test.serial('what a run keeps does not grow with the length of an episode', async (t) => {
  const simulation = await createSimulation({ environment: 'TMaze-v0(length=10000)', network: { hidden: [5], recurrent: 1, recurrentTimeConstant: 4 }, schedule: 'synchronous', partitions: 1 });
  const sizes: number[] = [];
  for (const steps of [400, 1600]) { // the ring of 256 slots is full, and the episode goes on
    await simulation.run({ steps });
    sizes.push(simulation.encodeCheckpoint().length);
  }
  await simulation.close();
  t.true(Math.abs(sizes[1] - sizes[0]) < 100, `${sizes.join(' and ')} bytes`); // digits of counters
});

test('recurrence that there is nothing for is named', (t) => {
  t.throws(() => resolveSettings({ network: { recurrentTimeConstant: 4 } }), { message: '"network.recurrentTimeConstant" expected 1, got 4; the network has no recurrent connections' });
  t.throws(() => resolveSettings({ network: { hidden: [], recurrent: 1 } }), { message: '"network.recurrent" expected 0, got 1; the network is feed-forward' });
});

test('time constants that are none, or not in order, are named', (t) => {
  const refused = (memory: unknown, message: string) => t.throws(() => resolveSettings(JSON.parse(JSON.stringify({ network: { observationTraces: memory } })) as SimulationOptions), { message });
  refused(2, '"network.observationTraces" expected a list of time constants, for example [2, 4, 8], got 2');
  refused([2, 1], '"network.observationTraces[1]" expected a number > 1 and <= 1000000, got 1');
  refused([4, 2], '"network.observationTraces[1]" expected a time constant longer than the one before, got 2');
});
