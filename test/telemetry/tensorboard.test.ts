import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { FileError } from '../../src/errors.js';
import { crc32c, maskedCrc32c } from '../../src/telemetry/crc32c.js';
import { createHistogram } from '../../src/telemetry/histogram.js';
import { varint } from '../../src/telemetry/protobuf.js';
import { createEventWriter, frame } from '../../src/telemetry/tensorboard.js';
import { fullDisk } from '../files/fixture.js';
import { readFrames, readMessage } from './event-file.js';

const newFolder = () => mkdtempSync(join(tmpdir(), 'ganglion-'));
const at = (seconds: number) => ({ time: () => seconds });

const bytesOf = (fields: Map<number, number | Buffer>, field: number): Buffer => {
  const value = fields.get(field);
  if (!Buffer.isBuffer(value)) throw new Error(`field ${field} holds no bytes`);
  return value;
};

const doublesIn = (bytes: Buffer) => Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));

/** Time, step, tag and the rest of the value of a summary event. */
function readSummary(message: Buffer) {
  const event = readMessage(message);
  const value = readMessage(bytesOf(readMessage(bytesOf(event, 5)), 1));
  return { time: event.get(1), step: event.get(2), tag: bytesOf(value, 1).toString(), value };
}

test('CRC-32C gives the published answers', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  t.is(crc32c(new Uint8Array(32)), 0x8a9136aa); // these four: RFC 3720, appendix B.4
  t.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  t.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
});

test('the masked checksum is the checksum turned by 15 bits, plus the constant', (t) => {
  t.is(maskedCrc32c(Buffer.from('123456789')), 0xc78ab0e5); // 0xe3069283 turned right: 0x2507c60d
});

test('a number takes one byte for every seven of its bits', (t) => {
  t.deepEqual([...varint(0)], [0]);
  t.deepEqual([...varint(127)], [127]);
  t.deepEqual([...varint(300)], [0xac, 0x02]); // the example of the encoding's description
  t.deepEqual([...varint(2 ** 35)], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
});

test('the records of a known file are those of TensorFlow, byte for byte', (t) => {
  const writer = createEventWriter(newFolder(), at(1));
  writer.close();
  // length 24, its checksum; field 1, double 1; field 3, 13 bytes; the checksum of all
  t.is(readFileSync(writer.path, 'hex'), '1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a');

  const later = createEventWriter(newFolder(), at(1_700_000_000.25));
  later.scalar('train/return', 300, -900.5);
  later.close();
  t.is(
    readFileSync(later.path, 'hex').slice(80),
    '2300000000000000b09f7743' + '0900001040fc54d941' + '10ac02' + '2a15' + '0a13' + '0a0c747261696e2f72657475726e' + '15002061c4' + '2431e989',
  );
});

test('a frame carries any message', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
      const framed = frame(message);
      t.is(framed.length, message.length + 16);
      t.is(Number(framed.readBigUInt64LE(0)), message.length);
      t.is(framed.readUInt32LE(8), maskedCrc32c(framed.subarray(0, 8)));
      t.deepEqual(new Uint8Array(framed.subarray(12, -4)), message);
      t.is(framed.readUInt32LE(framed.length - 4), maskedCrc32c(message));
    }),
    { seed: 1 },
  );
});

test('any scalars are read back in order, with their time, step and tag', (t) => {
  const scalar = fc.record({
    tag: fc.string({ minLength: 1, unit: 'grapheme' }),
    step: fc.nat(Number.MAX_SAFE_INTEGER),
    value: fc.float(),
    seconds: fc.double({ min: 0, max: 4e9, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(scalar, { maxLength: 10 }), (scalars) => {
      let now = 1;
      const writer = createEventWriter(newFolder(), { time: () => now });
      for (const { tag, step, value, seconds } of scalars) {
        now = seconds;
        writer.scalar(tag, step, value);
      }
      writer.close();
      const [first, ...rest] = readFrames(writer.path);
      t.is(bytesOf(readMessage(first), 3).toString(), 'brain.Event:2');
      const read = rest.map(readSummary).map(({ time, step, tag, value }) => ({ tag, step, value: value.get(2), seconds: time }));
      t.deepEqual(read, scalars);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('a histogram is read back with its moments and buckets', (t) => {
  const writer = createEventWriter(newFolder(), at(1));
  writer.histogram('weights', 7, Float32Array.of(-2, 0.5, 0.5, 3, NaN));
  writer.close();
  const { tag, step, value } = readSummary(readFrames(writer.path)[1]);
  const histogram = readMessage(bytesOf(value, 5));
  t.deepEqual([tag, step], ['weights', 7]);
  t.deepEqual([1, 2, 3, 4, 5].map((field) => histogram.get(field)), [-2, 3, 4, 2, 13.5]);
  const { limits, counts } = createHistogram([-2, 0.5, 0.5, 3]);
  t.deepEqual(doublesIn(bytesOf(histogram, 6)), limits);
  t.deepEqual(doublesIn(bytesOf(histogram, 7)), counts);
  t.deepEqual(counts, [0, 1, 0, 2, 0, 1]);
});

test('a histogram of no finite value writes nothing', (t) => {
  const writer = createEventWriter(newFolder(), at(1));
  writer.histogram('weights', 7, []);
  writer.histogram('weights', 8, [NaN, Infinity]);
  writer.close();
  t.is(readFrames(writer.path).length, 1);
});

test('every value is counted once, in the bucket it lies in', (t) => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const anyValue = fc.oneof(finite, fc.double({ min: -10, max: 10, noNaN: true }), fc.constant(Number.MAX_VALUE));
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 50 }), (values) => {
      const { limits, counts, count } = createHistogram(values);
      t.is(count, values.length);
      t.is(counts.reduce((sum, value) => sum + value, 0), values.length);
      t.is(limits.length, counts.length);
      limits.forEach((limit, i) => {
        const left = i === 0 ? -Infinity : limits[i - 1];
        t.true(limit > left, 'right ends ascend');
        const inside = values.filter((value) => value >= left && (value < limit || limit === Number.MAX_VALUE));
        t.is(counts[i], inside.length);
      });
    }),
    { seed: 1 },
  );
});

test('buckets are a tenth wider from one to the next, with zero between the signs', (t) => {
  const { limits, counts } = createHistogram([-1e-30, 0, 1e-30, 1e-12]);
  t.deepEqual(limits, [-1e-12, 0, 1e-12, 1e-12 * 1.1]);
  t.deepEqual(counts, [0, 1, 2, 1]);
});

test('records are put aside until they are flushed, or are many', (t) => {
  const writer = createEventWriter(newFolder(), at(1));
  const size = () => statSync(writer.path).size;
  t.is(size(), 0);
  writer.flush();
  t.is(size(), 40);
  writer.scalar('a', 1, 1);
  t.is(size(), 40);
  writer.flush();
  t.is(readFrames(writer.path).length, 2);
  for (let step = 0; step < 3000; step += 1) writer.scalar('a', step, 1);
  t.true(size() > 1 << 16);
  writer.close();
  writer.close();
  t.is(readFrames(writer.path).length, 3002);
  t.throws(() => { writer.scalar('a', 1, 1); }, { message: 'the event file is closed' });
});

test('on a disk that fills, an event file ends in a whole record, and the error names it', (t) => {
  fc.assert(
    fc.property(fc.nat(250), (room) => {
      const writer = createEventWriter(mkdtempSync(join(tmpdir(), 'ganglion-')), { time: () => 1, disk: fullDisk(room) });
      for (let step = 0; step < 6; step += 1) writer.scalar('return', step, step);
      t.throws(() => { writer.flush(); }, { instanceOf: FileError, message: `${writer.path} cannot be written (ENOSPC: no space left on device)` });
      writer.close();
      t.true(readFrames(writer.path).length < 7);
      t.true(statSync(writer.path).size <= room);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('writers that start within one second get files of their own', (t) => {
  const folder = join(newFolder(), 'a', 'b');
  const writers = [createEventWriter(folder, at(12.9)), createEventWriter(folder, at(12))];
  t.deepEqual(writers.map(({ path }) => path), ['', '.2'].map((suffix) => join(folder, `events.out.tfevents.12.ganglion${suffix}`)));
  for (const writer of writers) writer.close();
});

test('tags and steps that TensorBoard cannot show are refused', (t) => {
  const writer = createEventWriter(newFolder(), at(1));
  t.throws(() => { writer.scalar('', 1, 1); }, { instanceOf: RangeError, message: '"tag" expected a string that is not empty, got ""' });
  t.throws(() => { writer.scalar('a', -1, 1); }, { instanceOf: RangeError, message: '"step" expected a whole number >= 0, got -1' });
  t.throws(() => { writer.histogram('a', 0.5, [1]); }, { instanceOf: RangeError, message: '"step" expected a whole number >= 0, got 0.5' });
  writer.close();
});
