import test from 'ava';
import fc from 'fast-check';

import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { imageOf, keepImage } from '../../src/memory/image.js';
import { pack, unpack } from '../../src/checkpoint/pack.js';
import { CheckpointError } from '../../src/errors.js';
import { createArena, type Arena } from '../../src/memory/arena.js';
import { controlBlocks, WORD } from '../../src/memory/control.js';
import type { BlockRequest } from '../../src/memory/layout.js';

const CAPACITY = 10;

const BLOCKS: BlockRequest[] = [
  ...controlBlocks(2),
  { name: 'weights', type: 'float32', shape: [5], owner: 'test' },
  { name: 'noise', type: 'float64', shape: [2, 3], owner: 'test' },
  { name: 'board', type: 'float32', shape: [7], owner: 'test', scratch: true },
  { name: 'replay', type: 'float32', shape: [CAPACITY, 3], owner: 'test', ring: true },
];

const METADATA = { kind: 'test', settings: { seed: 3 }, training: { recent: [1 / 3, -0.1] }, note: { words: 'naïve ✓' } };

/** An arena full of numbers, but for the replay's empty slots. */
function fill(stored: number): Arena {
  const arena = createArena(BLOCKS);
  for (const name of ['weights', 'board']) arena.float32(name).forEach((_, i, numbers) => (numbers[i] = i + 0.1));
  arena.float64('noise').forEach((_, i, numbers) => (numbers[i] = i / 7));
  arena.float32('replay').fill(0.3, 0, Math.min(stored, CAPACITY) * 3);
  arena.int32('version')[16] = 9;
  const words = arena.int32('control');
  words[WORD.stored] = stored;
  words[WORD.steps] = stored + 1;
  words[WORD.notifications] = 77;
  return arena;
}

test('a checkpoint restores all blocks but scratch', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 25 }), (stored) => {
      const arena = fill(stored);
      const checkpoint = decodeCheckpoint(encodeCheckpoint(imageOf(arena), METADATA));
      const other = createArena(BLOCKS);
      checkpoint.restore(other);
      for (const name of ['weights', 'replay'] as const) t.deepEqual(other.float32(name), arena.float32(name));
      t.deepEqual(other.float64('noise'), arena.float64('noise'));
      t.deepEqual(other.int32('version'), arena.int32('version'));
      t.deepEqual(other.float32('board'), new Float32Array(7));
      const words = other.int32('control');
      t.deepEqual([words[WORD.stored], words[WORD.steps], words[WORD.notifications]], [stored, stored + 1, 0]);
      const { kind, settings, training, note, step } = checkpoint;
      t.deepEqual({ kind, settings, training, note, step }, { ...METADATA, step: stored + 1 });
    }),
    { numRuns: 40, seed: 1 },
  );
});

test('of the replay only what has been stored takes room, and equal arenas give equal bytes', (t) => {
  const size = (stored: number) => encodeCheckpoint(imageOf(fill(stored)), METADATA).length;
  t.true(size(8) - size(2) >= 6 * 3 * 4 && size(8) - size(2) < 6 * 3 * 4 + 8);
  t.is(size(20), size(10));
  t.deepEqual(encodeCheckpoint(imageOf(fill(4)), METADATA), encodeCheckpoint(imageOf(fill(4)), METADATA));
});

test('a checkpoint that was cut short anywhere, or made longer, is refused', (t) => {
  const file = encodeCheckpoint(imageOf(fill(2)), METADATA);
  for (let length = 0; length < file.length; length += 1) {
    const error = t.throws(() => decodeCheckpoint(file.subarray(0, length)), { instanceOf: CheckpointError });
    t.is(error.reason, length === 0 ? 'format' : 'length');
  }
  t.throws(() => decodeCheckpoint(file.subarray(0, 100)), { message: `it is too short: 100 bytes, of ${file.length}` });
  t.throws(() => decodeCheckpoint(Buffer.concat([file, Buffer.of(0)])), { instanceOf: CheckpointError, message: /^it is too long/ });
});

test('a checkpoint of which any byte was changed is refused', (t) => {
  const file = encodeCheckpoint(imageOf(fill(2)), METADATA);
  for (let at = 0; at < file.length; at += 1) {
    const altered = Uint8Array.from(file);
    altered[at] ^= 1 << at % 8;
    const error = t.throws(() => decodeCheckpoint(altered), { instanceOf: CheckpointError });
    t.is(error.reason, at < 12 ? 'format' : at >= 16 && at < 24 ? 'length' : 'checksum');
  }
});

test('a file of another kind and one of another format are refused in their words', (t) => {
  t.throws(() => decodeCheckpoint(Buffer.from('PNG and then some bytes more, as many as one likes to have')), { message: 'it does not begin as a checkpoint does' });
  const file = Buffer.from(encodeCheckpoint(imageOf(fill(2)), METADATA));
  file.writeUInt32LE(3, 8); // that of the versions before
  t.throws(() => decodeCheckpoint(file), { message: 'it is of format 3; this version reads format 4' });
});

/** Arenas of other settings, and the block that tells. */
const OTHERS: [BlockRequest[], RegExp][] = [
  [BLOCKS.map((block) => (block.name === 'weights' ? { ...block, shape: [6] } : block)), /^it is of other settings: it has the block weights of float32 \[5\], not weights of float32 \[6\]$/],
  [[...BLOCKS, { name: 'trace', type: 'float32', shape: [1], owner: 'test' }], /^it is of other settings: it lacks the block trace of float32 \[1\]$/],
  [BLOCKS.slice(0, -1), /^it is of other settings: it has the block replay of float32 \[10, 3\], not any$/],
];

for (const [blocks, message] of OTHERS) {
  test(`a checkpoint does not go into an arena of other settings: ${message.source}`, (t) => {
    const arena = createArena(blocks);
    const error = t.throws(() => { decodeCheckpoint(encodeCheckpoint(imageOf(fill(2)), METADATA)).restore(arena); }, { instanceOf: CheckpointError, message });
    t.is(error.reason, 'settings');
    t.deepEqual(arena.float64('noise'), new Float64Array(6));
  });
}

test('an image stays valid while up to so many slots are written after it', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 12 }), (stored, written) => {
      const arena = fill(stored);
      const expected = encodeCheckpoint(imageOf(arena), METADATA);
      const image = keepImage(arena, 12);
      const replay = arena.float32('replay');
      for (let slot = stored; slot < stored + written; slot += 1) replay.fill(slot, (slot % CAPACITY) * 3, (slot % CAPACITY + 1) * 3);
      arena.float32('weights').fill(9);
      arena.int32('control')[WORD.stored] += written;
      t.deepEqual(encodeCheckpoint(image(), METADATA), expected);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('state of a virtual world is restored with its typed arrays, and refused if its numbers do not fit', (t) => {
  const world = { time: 1 / 3, lists: [{ sent: 2, numbers: new Float32Array([1, 2.5]) }, { slots: new Int32Array([-1, 7, 8]) }], nothing: [] };
  t.deepEqual(decodeCheckpoint(encodeCheckpoint(imageOf(fill(2)), { ...METADATA, step: 9, world })).world, world);
  const { plain, bytes } = pack(world);
  for (const wrong of [bytes.subarray(4), Buffer.concat([bytes, Buffer.alloc(4)])]) t.throws(() => unpack({ plain, bytes: wrong }), { instanceOf: CheckpointError });
  for (const length of [-1, 0.5, 2 ** 40, 'x']) t.throws(() => unpack({ plain: [{ float32: length }], bytes }), { instanceOf: CheckpointError });
});
