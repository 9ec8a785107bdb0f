import test from 'ava';

import { createArena } from '../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../src/memory/control.js';
import type { Board } from '../../src/network/dynamic.js';
import { attachExchange, exchangeBlocks } from '../../src/supervisor/exchange.js';

const SHAPE = { partitions: 2, neurons: 3, batchSize: 2, ticks: 2 };
const SLOTS = Int32Array.of(7, 8);
const PEERS_NEURON = [{ begin: 1, end: 2 }];

function pair() {
  const arena = createArena([...controlBlocks(2), ...exchangeBlocks(SHAPE)]);
  const control = attachControl(arena);
  const board = (): Board => ({ lanes: 4, voltages: new Float32Array(12), weightedInputs: new Float32Array(12) });
  return { control, mine: attachExchange(arena, control, SHAPE, 0), peers: attachExchange(arena, control, SHAPE, 1), from: board(), to: board() };
}

test('voltages published for the same minibatch arrive with the version of the weights behind them', (t) => {
  const { control, mine, peers, from, to } = pair();
  from.voltages.set([1, 2, 3, 4], 4);
  control.version.set(1, 5);
  peers.open(5, SLOTS);
  peers.publish(5, 1, PEERS_NEURON, from);
  t.is(mine.take(1, 5, 1, PEERS_NEURON, SLOTS, to), 5);
  t.deepEqual([...to.voltages], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
});

test('a tick that is not published yet is not there', (t) => {
  const { mine, peers, from, to } = pair();
  t.is(mine.take(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
  peers.open(0, SLOTS);
  t.false(mine.settled(1, 0, 1));
  t.true(mine.near(1, 0));
  peers.publish(0, 1, PEERS_NEURON, from);
  t.true(mine.settled(1, 0, 1));
  t.is(mine.take(1, 0, 2, PEERS_NEURON, SLOTS, to), -1);
  t.is(mine.take(1, 0, 1, PEERS_NEURON, SLOTS, to), 0);
});

test('voltages of other transitions are not taken', (t) => {
  const { mine, peers, from, to } = pair();
  peers.open(0, Int32Array.of(7, 9));
  peers.publish(0, 1, PEERS_NEURON, from);
  t.is(mine.take(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
});

test('a peer that is a few updates ahead is still read, and one that is far ahead is lost', (t) => {
  const { mine, peers, from, to } = pair();
  for (let update = 0; update <= 3; update += 1) {
    peers.open(update, SLOTS);
    peers.publish(update, 1, PEERS_NEURON, from);
  }
  t.is(mine.take(1, 0, 1, PEERS_NEURON, SLOTS, to), 0);
  peers.open(4, SLOTS);
  t.is(mine.take(1, 0, 1, PEERS_NEURON, SLOTS, to), -1);
  t.false(mine.near(1, 0));
});
