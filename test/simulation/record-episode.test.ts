import test from 'ava';

import { createSimulation, type SimulationOptions } from '../../src/index.js';

const SMALL = { environment: 'CartPoleNoVel-v1', schedule: 'synchronous', partitions: 1, learning: { warmup: 50, batch: 8, replay: 256 }, rule: 'broadcast', seed: 2 } as const satisfies SimulationOptions;

for (const network of [{ hidden: [5], recurrent: 0.6, recurrentTimeConstant: 4 }, { hidden: [5, 4], observationTraces: [2, 8], recurrent: 0.5, recurrentTimeConstant: 9 }]) {
  test.serial(`an episode of ${JSON.stringify(network)} that is watched is the one that is evaluated, to the bit`, async (t) => {
    const simulation = await createSimulation({ ...SMALL, network: { observationTraces: [], ...network } });
    await simulation.run({ steps: 200 });
    const before = simulation.encodeWeights();
    const watched = [0, 1].map((episode) => simulation.recordEpisode({ episode }));
    const { returns } = await simulation.evaluate({ episodes: 2 });
    t.deepEqual(watched.map((each) => each.return), returns);
    t.deepEqual(simulation.encodeWeights(), before);
    t.deepEqual(simulation.recordEpisode({ steps: 3 }), { ...watched[0], voltages: watched[0].voltages.slice(0, 3), rewards: watched[0].rewards.slice(0, 3) });
    t.throws(() => simulation.recordEpisode({ steps: 0 }), { message: '"steps" expected a whole number >= 1 and <= 1000000, got 0' });
    await simulation.close();
  });
}

test.serial('a recorded episode follows the equations of neurons and leaky integrators', async (t) => {
  const simulation = await createSimulation({ ...SMALL, network: { hidden: [5], observationTraces: [], recurrent: 0.6, recurrentTimeConstant: 4 } });
  await simulation.run({ steps: 200 });
  const { neurons, connections, voltages, rewards, steps } = simulation.recordEpisode();
  await simulation.close();
  t.is(voltages.length, steps);
  t.is(rewards.length, steps);
  t.deepEqual(neurons.map(({ kind }) => kind), ['bias', 'observation', 'observation', 'context', 'context', 'context', 'hidden', 'hidden', 'hidden', 'hidden', 'hidden', 'output', 'output']);
  t.deepEqual(neurons.slice(3, 6), [1, 2, 4].map((timeConstant, i) => ({ name: `input[${i + 2}]`, kind: 'context' as const, source: 6 + i, timeConstant })));
  const close = (actual: number, expected: number) => { t.true(Math.abs(actual - expected) < 1e-5, `${actual} and ${expected}`); };
  voltages.forEach((now, step) => {
    neurons.forEach(({ kind, source = 0, timeConstant = 1 }, neuron) => {
      if (kind === 'context') close(now[neuron], step === 0 ? 0 : voltages[step - 1][neuron] + (voltages[step - 1][source] - voltages[step - 1][neuron]) / timeConstant);
      if (kind === 'hidden') close(now[neuron], Math.tanh(connections[neuron].reduce<number>((sum, weight, read) => sum + (weight ?? 0) * now[read], 0)));
    });
  });
  t.deepEqual(connections.map((row) => row.filter((weight) => weight !== null).length), [0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6]);
});

test.serial('a network is not watched while it learns', async (t) => {
  const simulation = await createSimulation({ ...SMALL, network: { hidden: [4], observationTraces: [] } });
  const running = simulation.run({ steps: 100 });
  t.throws(() => simulation.recordEpisode(), { message: /^an episode can be recorded between commands/ });
  await running;
  await simulation.close();
});
