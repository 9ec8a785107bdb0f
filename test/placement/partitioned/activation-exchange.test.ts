import test from 'ava';

import { referenceKernels } from '../../../src/kernels/reference.js';
import { createArena } from '../../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../../src/memory/control.js';
import { attachParameter, parameterBlocks } from '../../../src/memory/parameters.js';
import type { Activations } from '../../../src/network/activations.js';
import { attachExchange, clearExchange, exchangeBlocks, type ActivationExchange } from '../../../src/placement/partitioned/activation-exchange.js';
import { attachPeerParameters } from '../../../src/placement/partitioned/peer-parameters.js';

/** One published number of each neuron. */
const CRITIC = { name: 'critic', lengths: [1, 1, 1], target: true, published: true, learned: false };
const WEIGHTS = { name: 'weights', lengths: [0, 2, 2], target: true, published: false, learned: false };
const SHAPE = { partitions: 2, neurons: 3, depth: 4, batchSize: 2, ticks: 2, helping: false, parameters: [CRITIC], weights: WEIGHTS, reads: 'latest' } as const;
const OWNERSHIP = [[{ begin: 0, end: 1 }, { begin: 2, end: 3 }], [{ begin: 1, end: 2 }, { begin: 3, end: 3 }]];
const SLOTS = Int32Array.of(7, 8);
const PEERS_NEURON = [{ begin: 1, end: 2 }];

/** @param helping whether partitions publish for one another */
function pair(helping = false) {
  const shape = { ...SHAPE, helping };
  const arena = createArena([...controlBlocks(2), ...parameterBlocks([WEIGHTS, CRITIC]), ...exchangeBlocks(shape)]);
  const control = attachControl(arena);
  const activations = (): Activations => ({ lanes: 4, voltages: new Float32Array(12), weightedInputs: new Float32Array(12) });
  const critic = attachParameter(arena, CRITIC);
  const rows = [0, 1].map((partition) => attachPeerParameters(arena, referenceKernels, control, SHAPE, OWNERSHIP, partition));
  const [mine, peers] = rows.map((own, partition) => attachExchange(arena, referenceKernels, shape, OWNERSHIP, partition, own));
  return { arena, control, critic, rows, mine, peers, from: activations(), to: activations() };
}


test('voltages published for the same minibatch arrive with the version of the weights behind them', (t) => {
  const { mine, peers, from, to } = pair();
  from.voltages.set([1, 2, 3, 4], 4);
  peers.beginEntry(1, 5, SLOTS, 9, 5);
  peers.publish(1, 5, 1, PEERS_NEURON, from);
  t.is(mine.read(1, 5, 1, PEERS_NEURON, SLOTS, to), 5);
  t.deepEqual([...to.voltages], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
});

test('a tick that is not published yet is not there', (t) => {
  const { mine, peers, from, to } = pair();
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
  peers.beginEntry(1, 0, SLOTS, 9, 0);
  t.false(mine.isPublished(1, 0, 1));
  peers.publish(1, 0, 1, PEERS_NEURON, from);
  t.true(mine.isPublished(1, 0, 1));
  t.is(mine.read(1, 0, 2, PEERS_NEURON, SLOTS, to), -1);
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), 0);
});

test('voltages of other transitions are not taken', (t) => {
  const { mine, peers, from, to } = pair();
  peers.beginEntry(1, 0, Int32Array.of(7, 9), 9, 0);
  peers.publish(1, 0, 1, PEERS_NEURON, from);
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
});

test('published activations are withdrawn, and may be published again', (t) => {
  const { arena, mine, peers, from, to } = pair();
  peers.beginEntry(1, 0, SLOTS, 9, 0);
  peers.publish(1, 0, 1, PEERS_NEURON, from);
  clearExchange(arena);
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
  t.false(mine.isPublished(1, 0, 1));
  peers.beginEntry(1, 0, SLOTS, 9, 0);
  peers.publish(1, 0, 1, PEERS_NEURON, from);
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), 0);
});

test('a peer that is a few updates ahead is still read, and one that is far ahead is lost', (t) => {
  const { mine, peers, from, to } = pair();
  for (let update = 0; update <= 3; update += 1) {
    peers.beginEntry(1, update, SLOTS, 9, update);
    peers.publish(1, update, 1, PEERS_NEURON, from);
  }
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), 0);
  peers.beginEntry(1, 4, SLOTS, 9, 4);
  t.is(mine.read(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
});

test('published parameters are those of when the minibatch was opened, not later ones', (t) => {
  const { critic, rows, mine, peers, from, to } = pair();
  critic.values.set([1, 2, 3]);
  critic.target.set([10, 20, 30]);
  mine.beginEntry(0, 0, SLOTS, 9, 0);
  peers.beginEntry(1, 0, SLOTS, 9, 0);
  critic.values.set([7, 8, 9]); // both have taken their step meanwhile
  peers.publish(1, 0, 2, PEERS_NEURON, from);
  mine.read(1, 0, 2, PEERS_NEURON, SLOTS, to);
  t.deepEqual(rows[0].tables.critic, { values: Float32Array.of(1, 2, 3), target: Float32Array.of(10, 20, 30) });
  rows[0].refresh(1);
  t.deepEqual([...rows[0].tables.critic.values], [1, 8, 3]);
});

test('the second partition at a minibatch reads its indices until the entry is lost', (t) => {
  const { mine, peers } = pair();
  t.is(mine.sampledFrom(0), -1);
  peers.beginEntry(1, 0, SLOTS, 9, 0);
  t.is(mine.sampledFrom(0), 9);
  t.is(peers.sampledFrom(0), -1); // a partition does not ask itself
  peers.beginEntry(1, 4, SLOTS, 12, 4);
  t.is(mine.sampledFrom(0), -1);
  t.is(mine.sampledFrom(4), 12);
});

/** What a partition publishes in its peer's place, of both ticks. */
function standIn(mine: ActivationExchange, from: Activations, update = 5, stored = 9): boolean {
  const publishes = mine.beginEntry(1, update, SLOTS, stored, 3);
  if (publishes) for (const tick of [1, 2]) mine.publish(1, update, tick, PEERS_NEURON, from);
  return publishes;
}

test('activations published on a partition\'s behalf are its to read, with the version of its weights', (t) => {
  const { critic, rows, mine, peers, from, to } = pair(true);
  critic.values.set([1, 2, 3]);
  rows[0].refresh(1);
  from.voltages.set([1, 2, 3, 4], 4);
  t.true(standIn(mine, from));
  critic.values.set([7, 8, 9]);
  t.false(peers.beginEntry(1, 5, SLOTS, 9, 5));
  t.is(peers.read(1, 5, 2, PEERS_NEURON, SLOTS, to), 3);
  t.deepEqual([...to.voltages.subarray(4, 8)], [1, 2, 3, 4]);
  t.is(rows[1].tables.critic.values[1], 8); // its own parameters it knows better
});

test('a third partition reads the parameters with which the voltages were published', (t) => {
  const { critic, rows, mine, peers, from, to } = pair(true);
  critic.values.set([1, 2, 3]);
  rows[0].refresh(1);
  standIn(mine, from);
  rows[0].tables.critic.values[1] = 0;
  t.is(mine.read(1, 5, 2, PEERS_NEURON, SLOTS, to), 3);
  t.is(rows[0].tables.critic.values[1], 2);
  t.is(peers.writerOf(1, 5), 1);
});

test('only the first partition to lock an entry publishes it, and none publishes a past update', (t) => {
  const { mine, peers, from, to } = pair(true);
  t.true(peers.beginEntry(1, 5, SLOTS, 9, 5));
  t.is(mine.writerOf(1, 5), 1);
  t.false(standIn(mine, from));
  for (const tick of [1, 2]) peers.publish(1, 5, tick, PEERS_NEURON, from);
  t.false(standIn(mine, from));
  t.true(standIn(mine, from, 5 + SHAPE.depth));
  t.false(peers.beginEntry(1, 5, SLOTS, 9, 5));
  t.is(peers.read(1, 5, 1, PEERS_NEURON, SLOTS, to), -1);
});

test('the entry names the partition that publishes on another\'s behalf, and locks of a terminated thread are free again', (t) => {
  const { arena, rows, mine, peers, from } = pair(true);
  mine.beginEntry(1, 5, SLOTS, 9, 3);
  t.is(peers.writerOf(1, 5), 0);
  t.false(peers.beginEntry(1, 5, SLOTS, 9, 5));
  attachExchange(arena, referenceKernels, { ...SHAPE, helping: true }, OWNERSHIP, 0, rows[0]);
  t.is(peers.writerOf(1, 5), 1);
  t.true(peers.beginEntry(1, 5, SLOTS, 9, 5));
  peers.publish(1, 5, 1, PEERS_NEURON, from);
  t.true(mine.isPublished(1, 5, 1));
});

/** The activations of an entry, as both partitions see it. */
const activationsOf = (exchange: ActivationExchange, place: number, { weightedInputs }: Activations): Activations => ({ lanes: 4, voltages: exchange.sharedVoltages[place], weightedInputs });

test('partitions with the same transitions share one array, which holds the published activations', (t) => {
  const { mine, peers, from } = pair(true);
  mine.beginEntry(0, 5, SLOTS, 9, 5);
  peers.beginEntry(1, 5, SLOTS, 9, 5);
  const place = mine.entryOf(5, SLOTS);
  t.is(peers.entryOf(5, SLOTS), place);
  const [here, there] = [activationsOf(mine, place, from), activationsOf(peers, place, from)];
  there.voltages.set([1, 2, 3, 4], 4);
  peers.publish(1, 5, 1, PEERS_NEURON, there);
  t.is(mine.read(1, 5, 1, PEERS_NEURON, SLOTS, here), 5);
  t.deepEqual([...here.voltages.subarray(4, 8)], [1, 2, 3, 4]);
});

test('a shared array can be read by a partition with an array of its own', (t) => {
  const { mine, peers, from, to } = pair(true);
  peers.beginEntry(1, 5, SLOTS, 9, 5);
  const there = activationsOf(peers, peers.entryOf(5, SLOTS), from);
  there.voltages.set([1, 2, 3, 4], 4);
  peers.publish(1, 5, 1, PEERS_NEURON, there);
  t.is(mine.read(1, 5, 1, PEERS_NEURON, SLOTS, to), 5);
  t.deepEqual([...to.voltages], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
});

test('a shared array is used only by partitions with the same transitions at the same update, and never where each writes its own', (t) => {
  const { mine, peers } = pair(true);
  mine.beginEntry(0, 5, SLOTS, 9, 5);
  t.is(mine.entryOf(5, SLOTS), 1);
  peers.beginEntry(1, 5, Int32Array.of(7, 9), 9, 5);
  t.is(mine.entryOf(5, SLOTS), -1);
  t.is(peers.entryOf(5, Int32Array.of(7, 9)), -1);
  mine.beginEntry(0, 6, SLOTS, 9, 6);
  peers.beginEntry(1, 6 + SHAPE.depth, SLOTS, 9, 6);
  t.is(mine.entryOf(6, SLOTS), -1);
  t.is(pair().mine.entryOf(5, SLOTS), -1);
});

test('an entry is not opened anew while a peer may be at work in it, and then no partition waits for it', (t) => {
  const { control, mine, peers, from } = pair(true);
  control.version.set(1, 5);
  peers.beginEntry(1, 5, SLOTS, 9, 5);
  const later = 5 + 2 * SHAPE.depth;
  t.false(mine.beginEntry(0, later, SLOTS, 9, later));
  t.true(mine.isPublished(0, later, 2));
  t.is(mine.sampledFrom(later), -1);
  t.is(mine.entryOf(later, SLOTS), -1);
  t.is(peers.read(0, later, 1, [{ begin: 0, end: 1 }], SLOTS, from), -1);
  t.is(peers.entryOf(5, SLOTS), -1); // what has been opened meanwhile might have been another's
  control.version.set(1, 6);
  t.true(mine.beginEntry(0, later + SHAPE.depth, SLOTS, 9, later));
});
