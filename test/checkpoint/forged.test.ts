import test from 'ava';
import fc from 'fast-check';

import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { CheckpointError, isOptionError } from '../../src/errors.js';
import { createArena, type Arena } from '../../src/memory/arena.js';
import { imageOf } from '../../src/memory/image.js';
import { controlBlocks, WORD } from '../../src/memory/control.js';
import { anyJson, forge, placesIn, putTogether, setIn, takeApart, type Header } from './forge.js';

const arena: Arena = createArena([
  ...controlBlocks(2),
  { name: 'weights', type: 'float32', shape: [5], owner: 'test' },
  { name: 'replay', type: 'float32', shape: [10, 3], owner: 'test', ring: true },
]);
arena.int32('control')[WORD.stored] = 4;

const METADATA = { kind: 'test', settings: { seed: 3 }, training: {}, note: {} };
const FILE = encodeCheckpoint(imageOf(arena), METADATA);
const { header: HEADER, body: BODY } = takeApart(FILE);

const refuses = (bytes: Uint8Array) => {
  try {
    decodeCheckpoint(bytes).restore(arena);
    return undefined;
  } catch (error) {
    return error;
  }
};

/** Each has a right checksum. */
const FORGED: [string, Uint8Array, RegExp][] = [
  ['no JSON', putTogether('xx', BODY), /^its header is no JSON object: /],
  ['no object', putTogether('[1]', BODY), /^its header is no JSON object: it is something else$/],
  ['no UTF-8', putTogether(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), BODY), /^its header is no JSON object: its bytes are no UTF-8$/],
  ['JSON that is nested too deep', putTogether(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, BODY), /^its header is no JSON object: it is nested more than 64 levels deep$/],
  ['a number beyond all', putTogether('{"a":1e999}', BODY), /^its header is no JSON object: it\.a is Infinity$/],
  ['a header longer than the file', putTogether('{}', BODY, 2 ** 32 - 1), /^its header would end at byte 4294967319, after the \d+ bytes there are$/],
  ['no lengths', forge(FILE, (header) => { delete header.lengths; }), /^its header has no list of the lengths of its parts$/],
  ['negative lengths', forge(FILE, (header) => { header.lengths = [-8, 8]; }), /^its header has no list of the lengths of its parts$/],
  ['lengths beyond the file', forge(FILE, (header) => { header.lengths = [2 ** 40]; }), /^its parts have \d+ bytes instead of the declared 1099511627776$/],
  ['fewer blocks than parts', forge(FILE, (header) => { header.blocks = []; }), /^it has 3 parts, of 0 blocks$/],
  ['a larger block', forge(FILE, (header) => { setIn(header, ['blocks', '1', 'shape'], [2 ** 30]); }), /^it is of other settings: it has the block weights of float32 \[1073741824\], not weights of float32 \[5\]$/],
  ['a smaller block', forge(FILE, (header) => { setIn(header, ['blocks', '1', 'shape'], [4]); }), /^its block weights of float32 \[4\] has 20 bytes$/],
  ['a type from the prototype', forge(FILE, (header) => { setIn(header, ['blocks', '1', 'type'], 'constructor'); }), /^its header is not that of a checkpoint$/],
  ['a negative counter', forge(FILE, (header) => { setIn(header, ['counters', 'stored'], -5); }), /^its header is not that of a checkpoint$/],
  ['a counter that is no int32', forge(FILE, (header) => { setIn(header, ['counters', 'steps'], 2 ** 31); }), /^its header is not that of a checkpoint$/],
  ['more slots than there are bytes', forge(FILE, (header) => { setIn(header, ['counters', 'stored'], 9); }), /^its block replay has 48 bytes, not 108$/],
];

for (const [kind, bytes, message] of FORGED) {
  test(`a forged checkpoint with ${kind} is refused: ${message.source}`, (t) => {
    const error = refuses(bytes);
    t.true(error instanceof CheckpointError && error.reason !== 'checksum');
    t.regex((error as Error).message, message);
  });
}

test('with any value in any place of the header, a checkpoint is read, or refused as a checkpoint', (t) => {
  const places = placesIn(HEADER);
  fc.assert(
    fc.property(fc.constantFrom(...places), anyJson, (place, value) => {
      const error = refuses(forge(FILE, (header: Header) => { setIn(header, place, value); }));
      t.true(error === undefined || error instanceof CheckpointError, String(error));
    }),
    { numRuns: 500, seed: 1 },
  );
});

const circle: Record<string, unknown> = {};
circle.self = circle;
const many = (depth: number): unknown => (depth === 0 ? 1 : ((half) => [half, half])(many(depth - 1)));

/** None of these would come back from JSON as it was. */
const NOTES: [string, object, RegExp][] = [
  ['a list', [1, 2], /^"note" expected an object, got \[1,2\]$/],
  ['a number that is none', { x: [NaN] }, /: note\.x\[0\] is NaN$/],
  ['undefined', { x: undefined }, /: note\.x is undefined$/],
  ['a hole', { x: [1, , 2] }, /: note\.x\[1\] is undefined$/], // eslint-disable-line no-sparse-arrays
  ['a BigInt', { x: 3n }, /: note\.x is a bigint$/],
  ['a function', { toJSON: () => 1 }, /: note\.toJSON is a function$/],
  ['a symbol for a key', { [Symbol('x')]: 1 }, /: note has a symbol for a key$/],
  ['a date', { x: new Date(0) }, /: note\.x is an object of a class$/],
  ['a map', { x: new Map() }, /: note\.x is an object of a class$/],
  ['an array of bytes', { x: new Uint8Array(2) }, /: note\.x is an object of a class$/],
  ['a circle', circle, /: note is nested more than 64 levels deep$/],
  ['more values than anybody reads', { x: many(40) }, /: note holds more than 16777216 values$/],
];

for (const [kind, note, message] of NOTES) {
  test(`a note with ${kind} is refused as an option`, (t) => {
    const error = t.throws(() => encodeCheckpoint(imageOf(arena), { ...METADATA, note }));
    t.true(isOptionError(error));
    t.regex(error.message, message);
  });
}

test('every note that is taken comes back as it was', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (note) => {
      const plain: unknown = JSON.parse(JSON.stringify(note)); // without -0
      t.deepEqual(decodeCheckpoint(encodeCheckpoint(imageOf(arena), { ...METADATA, note: plain as object })).note, plain);
    }),
    { numRuns: 100, seed: 1 },
  );
});
