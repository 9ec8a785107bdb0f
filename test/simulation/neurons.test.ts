import { createHash } from 'node:crypto';

import test from 'ava';

import { RULE_NAMES, RULES } from '../../src/entries/internals.js';
import { createDdpg, createSimulation, resolveSettings, resumeSimulation, type SimulationOptions } from '../../src/index.js';
import { resolveBatchedSettings } from '../../src/batched/settings.js';

type Network = NonNullable<SimulationOptions['network']>;

/** Skips a layer, leads back, from the output too, is random in places, and has single edges. */
const GRAPH: Network = {
  layers: [{ name: 'near', size: 6, recurrentTimeConstant: 4 }, { name: 'far', size: 5, activation: 'relu' }],
  blocks: [
    { from: 'input', to: 'near', density: 0.7 },
    { from: 'near', to: 'near', density: 0.5, self: true },
    { from: 'near', to: 'far' },
    { from: 'far', to: 'near', density: 0.4 },
    { from: 'input', to: 'output' },
    { from: 'far', to: 'output' },
  ],
  edges: [['near[0]', 'output[0]'], ['output[0]', 'far[1]']],
};

/** All that hidden neurons can be besides σ(K v). */
const NEURONS: Network = {
  ...GRAPH,
  layers: [
    { name: 'near', size: 6, recurrentTimeConstant: 4, neuronModel: 'leaky', membraneTimeConstant: 8, inhibition: 'divisive(0.5/3)' },
    { name: 'far', size: 5, neuronModel: 'spiking', membraneTimeConstant: 3, threshold: 0.3, refractory: 1 },
  ],
};

const small = (rule: NonNullable<SimulationOptions['rule']>, network: Network, change: SimulationOptions = {}): SimulationOptions => ({
  environment: rule === 'sarsa' ? 'CartPole-v1' : 'PendulumNoVel-v1',
  network: { ...network, observationTraces: [] },
  rule,
  schedule: 'synchronous',
  seed: 3,
  ...(rule === 'coagent' || rule === 'sarsa' ? {} : { learning: { batch: 8, warmup: 60, replay: 256 } }),
  ...change,
});

/** What a run comes to, to the last bit. */
async function outcome(options: SimulationOptions, steps = 210): Promise<{ weights: string; returns: readonly number[]; episodes: string[] }> {
  const simulation = await createSimulation(options);
  const episodes: string[] = [];
  simulation.on('episode', (episode) => episodes.push(JSON.stringify(episode)));
  try {
    await simulation.run({ steps });
    const { returns } = await simulation.evaluate({ episodes: 2 });
    return { weights: createHash('sha256').update(simulation.encodeWeights()).digest('hex'), returns, episodes };
  } finally {
    await simulation.close();
  }
}

for (const rule of RULE_NAMES) {
  const network = RULES[rule].targetWeights || ['deltas', 'weights'].includes(RULES[rule].locality) ? GRAPH : NEURONS;
  test.serial(`synchronous ${rule} learns a graph of ${network === GRAPH ? '' : 'leaky, inhibited and spiking '}neurons, bit-identical on 1 and 3 partitions`, async (t) => {
    const reference = await outcome(small(rule, network, { partitions: 1 }));
    t.deepEqual(await outcome(small(rule, network, { partitions: 3 })), reference);
    const frozen = await outcome({ ...small(rule, network, { partitions: 1 }), rule: { name: rule, criticRate: 0, outputRate: 0, hiddenRate: 0 } });
    t.not(reference.weights, frozen.weights);
  });
}

for (const [name, network] of [['winners', { hidden: [8], inhibition: 'winners(1/4)' }], ['a share of the connections', { hidden: [8, 7], density: 0.5, recurrent: 0.5, recurrentTimeConstant: 3 }]] as const) {
  test.serial(`layers with ${name} are bit-identical on 1 and 2 partitions`, async (t) => {
    t.deepEqual(await outcome(small('broadcast', network, { partitions: 2 })), await outcome(small('broadcast', network, { partitions: 1 })));
  });
}

for (const change of [{ schedule: 'hogwild' }, { schedule: 'bounded' }, { schedule: 'poisson' }, { schedule: 'hogwild', timing: { reads: 'versioned' } }, { schedule: 'hogwild', environments: 3 }, { schedule: 'hogwild', timing: { inference: 'sampled' } }] satisfies SimulationOptions[]) {
  test.serial(`neurons of every kind learn under ${JSON.stringify(change)}`, async (t) => {
    const { returns } = await outcome(small('broadcast', NEURONS, { partitions: 2, ...change }));
    t.true(returns.every((value) => Number.isFinite(value)));
  });
}

for (const timing of [{}, { inference: 'sampled', controlPeriod: 2e-3 }] as const) {
  test.serial(`neurons of every kind repeat themselves in virtual time${'inference' in timing ? ', sampled inference' : ''}`, async (t) => {
    const options = small('three-factor', NEURONS, { partitions: 3, time: 'virtual', timing });
    t.deepEqual(await outcome(options), await outcome(options));
  });
}

test.serial('a run of neurons of every kind that is resumed is the run that was never interrupted', async (t) => {
  for (const rule of ['broadcast', 'coagent'] as const) {
    const options = small(rule, NEURONS, { partitions: 2, steps: 400 });
    const expected = await outcome(options, 400);
    const first = await createSimulation(options);
    await first.run({ steps: 230 });
    const checkpoint = first.encodeCheckpoint();
    await first.close();
    const second = await resumeSimulation(checkpoint);
    await second.run({ steps: 170 });
    t.is(createHash('sha256').update(second.encodeWeights()).digest('hex'), expected.weights);
    t.deepEqual((await second.evaluate({ episodes: 2 })).returns, expected.returns);
    await second.close();
  }
});

test.serial('a recorded episode has the voltages of evaluation, and the connections', async (t) => {
  const simulation = await createSimulation(small('broadcast', NEURONS, { partitions: 2 }));
  await simulation.run({ steps: 100 });
  const [expected] = (await simulation.evaluate({ episodes: 1 })).returns;
  const watched = simulation.recordEpisode();
  t.is(watched.return, expected);
  t.deepEqual([...new Set(watched.neurons.map(({ kind }) => kind))], ['bias', 'observation', 'context', 'kept', 'hidden', 'output']);
  const kept = watched.neurons.filter(({ kind }) => kind === 'kept');
  t.deepEqual(kept.map(({ source = -1 }) => watched.neurons[source].name), [...Array(6).keys()].map((i) => `near[${i}]`).concat([...Array(5).keys()].flatMap((i) => [`far[${i}]`, `far[${i}]`])));
  await simulation.close();
});

test.serial('weights of a sparse layer are written as compressed sparse rows', async (t) => {
  const simulation = await createSimulation(small('broadcast', GRAPH, { partitions: 1 }));
  const file = Buffer.from(simulation.encodeWeights());
  await simulation.close();
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString()) as Record<string, { dtype: string; shape: number[] }>;
  t.like(header['near.rows'], { dtype: 'I32', shape: [7] });
  t.is(header['near.sources'].dtype, 'I32');
  t.deepEqual(header['near.weight'].shape, header['near.sources'].shape);
  t.true('output.weight' in header);
});

test('settings resolved from a graph resolve to themselves', (t) => {
  const settings = resolveSettings(small('broadcast', NEURONS));
  t.deepEqual(settings.network.hidden, [6, 5]);
  t.deepEqual(resolveSettings(settings), settings);
});

const REFUSED: [string, SimulationOptions, string][] = [
  ['sizes beside a graph', { network: { ...GRAPH, hidden: [4] } }, '"network.hidden" expected nothing, or the sizes [6,5] of the graph\'s layers, got [4]'],
  ['a recurrent fraction beside a graph', { network: { ...GRAPH, recurrent: 0.5 } }, '"network.recurrent" expected 0 beside network.layers, whose blocks define recurrence, got 0.5'],
  ['a density beside a graph', { network: { ...GRAPH, density: 0.5 } }, '"network.density" expected 1, got 0.5; each block of a graph has its own'],
  ['blocks without layers', { network: { blocks: [{ from: 'input', to: 'output' }] } }, '"network.blocks" expected nothing without network.layers, got [{"from":"input","to":"output"}]'],
  ['a leak of neurons that keep nothing', { network: { membraneTimeConstant: 4 } }, '"network.membraneTimeConstant" expected 1, got 4; only leaky and spiking neurons have one'],
  ['a threshold of leaky neurons', { network: { neuronModel: 'leaky', threshold: 2 } }, '"network.threshold" expected 1, got 2; only spiking neurons have one'],
  ['a membrane without hidden neurons', { network: { hidden: [], neuronModel: 'leaky' } }, '"network.neuronModel" expected static; there are no hidden neurons, got "leaky"'],
  ['a membrane under linear', { rule: 'linear', network: { neuronModel: 'spiking' } }, '"network.neuronModel" expected static for the rule linear, which computes a neuron\'s next voltage from its weights alone, got "spiking"'],
  ['inhibition under exact', { rule: 'exact', network: { inhibition: 'winners(1/2)' } }, '"network.inhibition" expected none for the rule exact, which differentiates other neurons by their voltages alone, got "winners(1/2)"'],
  ['more partitions than pools', { network: { hidden: [8], inhibition: 'winners(1/4)' }, partitions: 4 }, '"partitions" expected at most one partition per pool of hidden neurons and output neuron (<= 3), got 4'],
];

for (const [what, options, message] of REFUSED) {
  test.serial(`${what} is refused in one line`, async (t) => {
    const error = await t.throwsAsync(() => createSimulation(options));
    t.is(error.message, message);
  });
}

test('trainers of plain layers refuse other networks', async (t) => {
  t.throws(() => resolveBatchedSettings({ network: { density: 0.5 } }), { message: '"network.density" expected what plain layers have, in a batch of networks, got 0.5' });
  await t.throwsAsync(() => createDdpg(JSON.parse('{"network": {"neuronModel": "leaky"}}') as object), { message: /^"network.neuronModel" expected/ });
});
