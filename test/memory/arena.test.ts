import test from 'ava';
import fc from 'fast-check';

import { InternalError } from '../../src/errors.js';
import { attachArena, createArena } from '../../src/memory/arena.js';
import { ELEMENT_BYTES, layoutBytes, planLayout, type BlockRequest } from '../../src/memory/layout.js';

const request = fc.record({
  type: fc.constantFrom('float32' as const, 'float64' as const, 'int32' as const, 'uint32' as const, 'uint8' as const),
  shape: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
});
const named = (requests: readonly Omit<BlockRequest, 'name' | 'owner'>[]): BlockRequest[] =>
  requests.map((block, i) => ({ ...block, name: `block${i}`, owner: 'test' }));

test('blocks start on cache lines, follow one another and never overlap', (t) => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
      const blocks = planLayout(named(requests));
      let end = 0;
      for (const { offset, length, type } of blocks) {
        t.is(offset % 64, 0);
        t.true(offset >= end && offset < end + 64);
        end = offset + length * ELEMENT_BYTES[type];
      }
      t.true(layoutBytes(blocks) >= end);
    }),
    { seed: 1 },
  );
});

test('two blocks of one name are our bug', (t) => {
  t.throws(() => planLayout(named([{ type: 'int32', shape: [1] }, { type: 'int32', shape: [1] }]).map((block) => ({ ...block, name: 'same' }))), {
    instanceOf: InternalError,
  });
});

test('views attached elsewhere see the same bytes of one shared memory', (t) => {
  const arena = createArena(named([{ type: 'float32', shape: [2, 3] }, { type: 'int32', shape: [4] }]));
  const other = attachArena({ memory: arena.memory, blocks: structuredClone(arena.blocks) });
  arena.float32('block0')[5] = 1.5;
  t.is(other.float32('block0')[5], 1.5);
  t.true(arena.memory.buffer instanceof SharedArrayBuffer);
  t.is(other.int32('block1').length, 4);
});

test('asking for an unknown block or another type is our bug', (t) => {
  const arena = createArena(named([{ type: 'float32', shape: [1] }]));
  t.throws(() => arena.float32('nothing'), { instanceOf: InternalError });
  t.throws(() => arena.int32('block0'), { instanceOf: InternalError, message: 'the arena has no int32 block named block0' });
});
