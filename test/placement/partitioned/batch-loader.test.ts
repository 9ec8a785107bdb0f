import test from 'ava';

import { SLOT, type SlotKind } from '../../../src/replay/ring.js';
import { createBatchLoader } from '../../../src/placement/partitioned/batch-loader.js';
import type { PartitionContext } from '../../../src/placement/partitioned/partition-context.js';
import { append } from '../../replay/append.js';
import { createContext } from './fixture.js';

/** Slot `i` of the stream: every voltage and the reward tell which one it is. */
function appendSlot({ arena, layout, replay }: PartitionContext, i: number, kind: SlotKind): void {
  const voltages = Float32Array.from({ length: layout.topology.neurons }, (_, neuron) => i + neuron / 8);
  append(arena, replay, voltages, layout.firstStochastic, i, kind);
}

/** Episodes of three steps, terminated and truncated by turns, and the slot of the last observation after each. */
function kindOf(i: number): SlotKind {
  if (i % 4 === 3) return SLOT.final;
  return i % 8 === 2 ? SLOT.terminal : SLOT.transition;
}

test('the stream gives every transition once and in order, with the voltages that all neurons acted with then and next', (t) => {
  const views = createContext({ rule: 'coagent', learning: { replay: 256, rewardScale: 0.5, discount: 0.75 } });
  const experience = createBatchLoader(views);
  const { batch } = experience;
  const { neurons } = views.layout.topology;
  appendSlot(views, 0, kindOf(0));
  for (let update = 0; update < 600; update += 1) { // the ring is overwritten twice
    appendSlot(views, update + 1, kindOf(update + 1));
    t.is(experience.load(update), kindOf(update) !== SLOT.final);
    if (kindOf(update) === SLOT.final) continue;
    const { reward, discounts, sampled, episodeStart, firstStochastic, activations: { voltages } } = batch;
    const lane = (at: number) => Array.from({ length: neurons }, (_, neuron) => voltages[neuron * 2 + at]);
    const stored = (slot: number) => Array.from({ length: neurons }, (_, neuron) => slot + neuron / 8);
    t.deepEqual([lane(0), lane(1)], [stored(update), stored(update + 1)]);
    t.deepEqual([...sampled], stored(update).slice(firstStochastic));
    t.deepEqual([reward[0], discounts[0], episodeStart], [update / 2, update % 8 === 2 ? 0 : 0.75, update % 4 === 0]);
  }
});

test('the stream computes the weighted inputs of the state by the voltages acted, and leaves these as they are', (t) => {
  const views = createContext({ rule: 'coagent' });
  const { topology } = views.layout;
  const experience = createBatchLoader(views);
  const { activations } = experience.batch;
  views.tables.weights.values.fill(0.5);
  for (const i of [0, 1]) appendSlot(views, i, SLOT.transition);
  experience.load(0);
  const sampled = [...activations.voltages];
  topology.ticks.forEach((populations, index) => { experience.computeRows(index, populations.map((population) => topology.populations[population])); });
  t.deepEqual([...activations.voltages], sampled);
  t.is(activations.weightedInputs[4 * 2], 0.5 * (0 + 1 + 2 + 3) / 8); // hidden1[0] reads the bias and the observations
  t.is(activations.weightedInputs[6 * 2], 0.5 * (0 + 4 + 5) / 8); // the output reads the bias and the hidden neurons
});

test('acting waits long before it would overwrite a transition that was not learned from', (t) => {
  const { limiter } = createContext({ rule: 'coagent', schedule: 'hogwild', updateWindow: 'off', learning: { replay: 256 } });
  t.true(limiter.mayAct(0, 64));
  t.false(limiter.mayAct(0, 128));
});

test('the replay gives the same minibatch for the same update, and computes all voltages anew', (t) => {
  const views = createContext({ rule: 'compatible', learning: { replay: 256, batch: 4, warmup: 4 } });
  const { topology } = views.layout;
  const experience = createBatchLoader(views);
  const { batch: { activations, sampled }, slots } = experience;
  for (let i = 0; i < 50; i += 1) appendSlot(views, i, kindOf(i));
  t.true(experience.load(7));
  const drawn = [...slots];
  topology.ticks.forEach((populations, index) => { experience.computeRows(index, populations.map((population) => topology.populations[population])); });
  const lanes = (neuron: number) => [...activations.voltages.subarray(neuron * activations.lanes, (neuron + 1) * activations.lanes)];
  t.deepEqual(lanes(1), [...drawn, ...drawn.map((slot) => slot + 1)].map((slot) => slot + 1 / 8));
  t.deepEqual(lanes(4), new Array<number>(8).fill(0)); // weights of 0, although slot + 4/8 was acted
  t.deepEqual([...sampled.subarray(0, 4)], drawn.map((slot) => slot + 4 / 8));
  experience.load(8);
  t.notDeepEqual([...slots], drawn);
  experience.load(7);
  t.deepEqual([...slots], drawn);
});
