import test, { type ExecutionContext } from 'ava';

import { makeEnvironment } from '../../src/environment/registry.js';
import { createDdpg, createBatchedTrainer, createSimulation, createTrainer, type SimulationOptions, type Trainer } from '../../src/index.js';
import { evaluationSeeds } from '../../src/simulation/measure.js';
import { readPolicy, readSafetensors, type ReadPolicy, type SafetensorsFile } from './policy-reader.js';

const EPISODES = 3;

/** Returns of an evaluation's episodes under the policy in a file. */
function play(environmentName: string, seed: number, policy: ReadPolicy): number[] {
  return evaluationSeeds(seed, EPISODES).map((episodeSeed) => {
    const environment = makeEnvironment(environmentName);
    let observation: Float64Array = environment.reset({ seed: episodeSeed });
    policy.reset();
    for (let sum = 0; ;) {
      const result = environment.step(policy.act(observation));
      observation = result.observation;
      sum += result.reward;
      if (result.terminated || result.truncated) return sum;
    }
  });
}

/** Holds the policy in the file to what the product does: output voltages and rewards of an episode, and the returns of all. */
async function compare(t: ExecutionContext, training: Trainer): Promise<SafetensorsFile> {
  const { environment: name, seed } = training.settings;
  const file = training.encodeWeights();
  const policy = readPolicy(file);
  const { returns } = await training.evaluate({ episodes: EPISODES });
  const own = play(name, seed, policy);
  t.is(returns.length, EPISODES);
  returns.forEach((each, i) => { t.true(Math.abs(each - own[i]) <= 1e-4 * Math.abs(each), `returns ${returns.join()} and ${own.join()}`); });
  const watched = training.recordEpisode?.({ episode: 0, steps: 50 });
  if (watched === undefined) return readSafetensors(file);
  const environment = makeEnvironment(name);
  let observation: Float64Array = environment.reset({ seed: evaluationSeeds(seed, 1)[0] });
  policy.reset();
  t.true(watched.rewards.length > 0);
  watched.rewards.forEach((reward, step) => {
    const result = environment.step(policy.act(observation));
    const outputs = watched.voltages[step].slice(-policy.outputs().length);
    policy.outputs().forEach((voltage, k) => { t.true(Math.abs(voltage - outputs[k]) < 1e-4, `step ${step}: ${voltage} and ${outputs[k]}`); });
    t.true(Math.abs(result.reward - reward) < 1e-3, `step ${step}: reward`);
    observation = result.observation;
  });
  return readSafetensors(file);
}

const LEARNING = { warmup: 60, batch: 8, replay: 512 };
const LAYERS = [{ name: 'nähe "a"', size: 9, recurrentTimeConstant: 4, neuronModel: 'leaky', membraneTimeConstant: 6, inhibition: 'divisive(0.5/4)' }, { name: 'far', size: 6, activation: 'logistic' }] as const;
const BLOCKS = [
  { from: 'input', to: 'nähe "a"', density: 0.7 },
  { from: 'nähe "a"', to: 'nähe "a"', density: 0.5, self: true },
  { from: 'nähe "a"', to: 'far' },
  { from: 'far', to: 'nähe "a"' },
  { from: 'input', to: 'output' },
  { from: 'far', to: 'output' },
];

const RUNS: Record<string, SimulationOptions> = {
  'Pendulum-v1': { environment: 'Pendulum-v1', network: { hidden: [16, 8] } },
  'CartPole-v1': { environment: 'CartPole-v1' },
  'CartPole-v1 with a scale of its own': { environment: 'CartPole-v1', network: { observationScale: [2, 3, 0.2, 2], bias: false } },
  'PendulumNoVel-v1, with observation traces': { environment: 'PendulumNoVel-v1' },
  'PendulumNoVel-v1 in three environments': { environment: 'PendulumNoVel-v1', environments: 3 },
  'MountainCar-v0 under sarsa': { environment: 'MountainCar-v0', rule: 'sarsa', learning: {} },
  'a leaky network': { environment: 'PendulumNoVel-v1', network: { hidden: [12], observationTraces: [], neuronModel: 'leaky', membraneTimeConstant: 6 } },
  'a firing network': { environment: 'PendulumNoVel-v1', network: { hidden: [12], observationTraces: [3], neuronModel: 'spiking', membraneTimeConstant: 5, threshold: 0.3, refractory: 2 } },
  'a recurrent network': { environment: 'PendulumNoVel-v1', network: { hidden: [12], observationTraces: [2], recurrent: 0.7, recurrentTimeConstant: 5 } },
  'a recurrent network under coagent': { environment: 'TMaze-v0', rule: 'coagent', network: { observationTraces: [], recurrent: 1, recurrentTimeConstant: 8 }, learning: {} },
  'winners': { environment: 'CartPole-v1', network: { hidden: [10], inhibition: 'winners(1/4)' } },
  'a sparse graph of neurons of every kind': { environment: 'PendulumNoVel-v1', network: { observationTraces: [2, 8], layers: [...LAYERS], blocks: BLOCKS, edges: [['output[0]', 'far[1]']] } },
  'neurons that died': { environment: 'Pendulum-v1', network: { hidden: [12], inhibition: 'divisive(0.5/4)' }, lesion: { step: 100, fraction: 0.5 } },
};

/** Tensors that a network of these options has, and plain layers have not. */
function tensorsOf({ environment, network = {}, lesion }: SimulationOptions): string[] {
  return [
    ...(environment === 'PendulumNoVel-v1' && network.observationTraces?.length !== 0 ? ['traces.timeConstant', 'traces.sd'] : []),
    ...(network.recurrent === undefined ? [] : ['recurrent.source', 'recurrent.rate']),
    ...(network.neuronModel === undefined ? [] : ['hidden1.membrane']),
    ...(network.layers === undefined ? [] : ['recurrent.source', 'nähe "a".rows', 'nähe "a".membrane', 'far.rows']),
    ...(lesion === undefined ? [] : ['alive']),
  ];
}

for (const [what, options] of Object.entries(RUNS)) {
  test.serial(`a policy that is read from the file alone acts as the product does: ${what}`, async (t) => {
    const simulation = await createSimulation({ schedule: 'synchronous', partitions: 1, learning: LEARNING, seed: 2, ...options });
    await simulation.run({ steps: 260, episodes: 1 });
    const { tensors } = await compare(t, simulation);
    for (const tensor of tensorsOf(options)) t.true(tensors[tensor].values.some((value) => value !== 0), tensor);
    await simulation.close();
  });
}

for (const environment of ['PendulumNoVel-v1', 'CartPole-v1']) {
  test.serial(`a policy of DDPG that is read from the file alone acts as the product does: ${environment}`, async (t) => {
    const ddpg = await createDdpg({ environment, network: { hidden: [12, 8] }, learning: LEARNING, seed: 2 });
    await ddpg.run({ steps: 260 });
    await compare(t, ddpg);
    await ddpg.close();
  });
}

test.serial('value methods act as a reader of their files does, with advantages and atoms', async (t) => {
  for (const algorithm of ['dqn', 'dueling-dqn', 'c51', 'rainbow'] as const) {
    const training = await createTrainer({ algorithm, environment: 'Acrobot-v1', network: { hidden: [12, 8] }, learning: LEARNING, seed: 2 });
    await training.run({ steps: 260 });
    await compare(t, training);
    await training.close();
  }
});

test.serial('each policy of a batch of networks that is read from the file alone acts as the product does', async (t) => {
  const trainer = await createBatchedTrainer({ environment: 'Pendulum-v1', network: { hidden: [8] }, learning: LEARNING, seed: 2, replicas: 2, device: 'cpu' });
  await trainer.run({ steps: 260 });
  const file = await trainer.encodeWeights();
  const { replicas } = await trainer.evaluate({ episodes: EPISODES });
  t.is(replicas.length, 2);
  replicas.forEach(({ seed, returns }, replica) => {
    const own = play('Pendulum-v1', seed, readPolicy(file, replica));
    returns.forEach((each, i) => { t.true(Math.abs(each - own[i]) <= 1e-4 * Math.abs(each), `returns ${returns.join()} and ${own.join()}`); });
  });
  await trainer.close();
});

test.serial('before the first step the gains of observation traces are 0', async (t) => {
  const simulation = await createSimulation({ environment: 'PendulumNoVel-v1', schedule: 'synchronous', partitions: 1, network: { hidden: [4], observationTraces: [2, 4] } });
  t.deepEqual(readSafetensors(simulation.encodeWeights()).tensors['traces.sd'], { shape: [2, 2], values: [0, 0, 0, 0] });
  await simulation.close();
});

test.serial('rows of the same length that read different neurons are compressed sparse rows too', async (t) => {
  const network = { layers: [{ name: 'a', size: 2 }], blocks: [{ from: 'a', to: 'output' }], edges: [['input[0]', 'a[0]'], ['input[1]', 'a[1]']] } as const;
  const simulation = await createSimulation({ environment: 'Pendulum-v1', schedule: 'synchronous', partitions: 1, network: { ...network, layers: [...network.layers], blocks: [...network.blocks], edges: [...network.edges] } });
  const { tensors } = readSafetensors(simulation.encodeWeights());
  t.deepEqual([tensors['a.weight'].shape, tensors['a.rows'].values, tensors['a.sources'].values], [[4], [0, 2, 4], [0, 1, 0, 2]]);
  await compare(t, simulation);
  await simulation.close();
});
