import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { checkInteger, checkString } from '../check.js';
import { FileError } from '../errors.js';
import { createGrowing, type GrowingFile } from '../files/append.js';
import { attemptAll } from '../files/finish.js';
import { DISK, type Disk } from '../files/disk.js';
import { maskedCrc32c } from './crc32c.js';
import { createHistogram } from './histogram.js';
import { bytesField, doubleField, doublesField, floatField, integerField } from './protobuf.js';

/** Field numbers of TensorFlow's `event.proto` and `summary.proto`. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, scalar: 2, histogram: 5 } as const;
const HISTOGRAM = { min: 1, max: 2, count: 3, sum: 4, sumOfSquares: 5, limits: 6, counts: 7 } as const;

/** Bytes buffered before they are written without a flush. */
const BUFFER_BYTES = 1 << 16;

/** Writes what TensorBoard shows. */
export interface EventWriter {
  /** The event file. */
  readonly path: string;
  /** One point of the curve named `tag`, for example `train/return`. Stored as float32. */
  scalar(tag: string, step: number, value: number): void;
  /** How values, such as the weights of a layer, are spread; those that are not finite are left out. Of none at all nothing is written. */
  histogram(tag: string, step: number, values: ArrayLike<number>): void;
  /** Writes the buffer, so that TensorBoard can read it. If that fails, the file ends in a whole record. @throws FileError naming it */
  flush(): void;
  /** Flushes and closes the file. Closing twice does nothing. */
  close(): void;
}

/**
 * Opens a new TensorBoard event file in a folder: `events.out.tfevents.<seconds>.ganglion`. Show it with `tensorboard --logdir <folder>`.
 *
 * The file is a sequence of framed `Event` messages, of which the first names the version of the format:
 *
 *     length (8 bytes) · masked CRC-32C of these (4) · message · masked CRC-32C of it (4)
 *
 * Source: TensorFlow's `record_writer.h`, `event.proto` and `summary.proto`. Differs: a zero is written where TensorFlow omits it; readers
 * take both.
 *
 * @param folder created where it is missing
 * @param options `time`: the clock; seconds since 1970, that of the machine where not given
 */
export function createEventWriter(folder: string, { time = () => Date.now() / 1000, disk = DISK }: { time?: () => number; disk?: Disk } = {}): EventWriter {
  mkdirSync(checkString('folder', folder), { recursive: true });
  const file = createNew(join(folder, `events.out.tfevents.${Math.floor(time())}.ganglion`), disk);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let open = true;

  const write = (...event: Buffer[]) => {
    if (!open) throw new Error('the event file is closed');
    const record = frame(Buffer.concat([doubleField(EVENT.wallTime, time()), ...event]));
    pending.push(record);
    pendingBytes += record.length;
    if (pendingBytes >= BUFFER_BYTES) flush();
  };
  const flush = () => {
    const records = pending;
    [pending, pendingBytes] = [[], 0];
    if (records.length > 0) file.append(...records);
  };

  write(bytesField(EVENT.fileVersion, 'brain.Event:2'));
  return {
    path: file.path,
    scalar(tag, step, value) {
      write(...summary(tag, step, floatField(VALUE.scalar, value)));
    },
    histogram(tag, step, values) {
      const histogram = encodeHistogram(values);
      if (histogram !== undefined) write(...summary(tag, step, bytesField(VALUE.histogram, histogram)));
    },
    flush,
    close() {
      if (!open) return;
      open = false;
      attemptAll(flush, () => { file.close(); });
    },
  };
}

/** Creates a new file: `path`, or `path.2`, `path.3`, … where writers started within one second. */
function createNew(path: string, disk: Disk): GrowingFile {
  for (let count = 1; ; count += 1) {
    try {
      return createGrowing(count === 1 ? path : `${path}.${count}`, disk);
    } catch (error) {
      if (!(error instanceof FileError && error.code === 'EEXIST')) throw error;
    }
  }
}

/** A message with its length and both checksums. */
export function frame(message: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length));
  const checksum = (bytes: Uint8Array) => {
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(maskedCrc32c(bytes));
    return crc;
  };
  return Buffer.concat([length, checksum(length), message, checksum(message)]);
}

function summary(tag: string, step: number, value: Buffer): Buffer[] {
  checkString('tag', tag);
  checkInteger('step', step, { min: 0 });
  const content = Buffer.concat([bytesField(VALUE.tag, tag), value]);
  return [integerField(EVENT.step, step), bytesField(EVENT.summary, bytesField(SUMMARY.value, content))];
}

function encodeHistogram(values: ArrayLike<number>): Buffer | undefined {
  const { min, max, count, sum, sumOfSquares, limits, counts } = createHistogram(values);
  if (count === 0) return undefined;
  return Buffer.concat([
    doubleField(HISTOGRAM.min, min),
    doubleField(HISTOGRAM.max, max),
    doubleField(HISTOGRAM.count, count),
    doubleField(HISTOGRAM.sum, sum),
    doubleField(HISTOGRAM.sumOfSquares, sumOfSquares),
    doublesField(HISTOGRAM.limits, limits),
    doublesField(HISTOGRAM.counts, counts),
  ]);
}
