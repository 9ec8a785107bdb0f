import test from 'ava';

import { referenceKernels } from '../../../src/kernels/reference.js';
import { createArena } from '../../../src/memory/arena.js';
import { attachControl, controlBlocks } from '../../../src/memory/control.js';
import { attachParameter, parameterBlocks } from '../../../src/memory/parameters.js';
import { clearExchange } from '../../../src/placement/partitioned/activation-exchange.js';
import { attachPeerParameters, peerParameterBlocks, VERSIONS, type Reads } from '../../../src/placement/partitioned/peer-parameters.js';

const WEIGHTS = { name: 'weights', lengths: [2, 2], target: true, published: false, learned: false };
const CRITIC = { name: 'critic', lengths: [1, 1], target: true, published: true, learned: false };
const OWNERSHIP = [[{ begin: 0, end: 1 }], [{ begin: 1, end: 2 }]];

function pair(reads: Reads) {
  const shape = { partitions: 2, weights: WEIGHTS, parameters: [CRITIC], reads };
  const arena = createArena([...controlBlocks(2), ...parameterBlocks([WEIGHTS, CRITIC]), ...peerParameterBlocks(shape)]);
  const control = attachControl(arena);
  const [weights, critic] = [WEIGHTS, CRITIC].map((parameter) => attachParameter(arena, parameter));
  const [mine, peers] = [0, 1].map((partition) => attachPeerParameters(arena, referenceKernels, control, shape, OWNERSHIP, partition));
  return { arena, control, weights, critic, mine, peers };
}

test('the latest rows are those of this moment, whatever their owner is doing', (t) => {
  const { control, weights, critic, mine } = pair('latest');
  control.version.set(1, 9);
  weights.values.set([1, 2], 2);
  critic.values[1] = 3;
  t.is(mine.refresh(1), 9);
  t.deepEqual([...mine.tables.weights.values], [0, 0, 1, 2]);
  t.deepEqual([...mine.tables.critic.values], [0, 3]);
  weights.values[2] = 7;
  t.is(mine.tables.weights.values[2], 7);
});

test('versioned rows are whole: what their owner writes meanwhile is not in them', (t) => {
  const { control, weights, critic, mine, peers } = pair('versioned');
  weights.values.set([1, 2], 2);
  critic.values[1] = 3;
  critic.target[1] = 4;
  peers.snapshot(0);
  weights.values.set([5, 6], 2); // in the middle of its next update
  t.is(mine.refresh(1), 0);
  t.deepEqual([...mine.tables.weights.values], [0, 0, 1, 2]);
  t.deepEqual([mine.tables.critic.values[1], mine.tables.critic.target[1]], [3, 4]);
  peers.snapshot(1);
  control.version.set(1, 1);
  t.is(mine.refresh(1), 1);
  t.deepEqual([...mine.tables.weights.values], [0, 0, 5, 6]);
});

test('a version can be read until its owner has overwritten it', (t) => {
  const { weights, mine, peers } = pair('versioned');
  for (let version = 0; version <= VERSIONS; version += 1) {
    t.false(mine.refreshVersion(1, version), 'not there yet');
    weights.values[2] = version;
    peers.snapshot(version);
    t.true(mine.refreshVersion(1, version));
  }
  t.false(mine.refreshVersion(1, 0));
  t.true(mine.refreshVersion(1, 1));
  t.is(mine.tables.weights.values[2], 1);
});

test('no version is there after all were taken back, until its owner puts it aside anew', (t) => {
  const { arena, weights, mine, peers } = pair('versioned');
  weights.values[2] = 1;
  peers.snapshot(0);
  clearExchange(arena);
  t.false(mine.refreshVersion(1, 0));
  weights.values[2] = 2; // born again
  peers.snapshot(0);
  t.is(mine.refresh(1), 0);
  t.is(mine.tables.weights.values[2], 2);
});
