import { readFileSync } from 'node:fs';

import { maskedCrc32c } from '../../src/telemetry/crc32c.js';

/** The messages of an event file, each frame's length and checksums verified. */
export function readFrames(path: string): Buffer[] {
  const file = readFileSync(path);
  const messages: Buffer[] = [];
  for (let offset = 0; offset < file.length; ) {
    const length = Number(file.readBigUInt64LE(offset));
    const message = file.subarray(offset + 12, offset + 12 + length);
    if (file.readUInt32LE(offset + 8) !== maskedCrc32c(file.subarray(offset, offset + 8))) throw new Error('checksum of the length');
    if (file.readUInt32LE(offset + 12 + length) !== maskedCrc32c(message)) throw new Error('checksum of the message');
    messages.push(message);
    offset += 16 + length;
  }
  return messages;
}

/** The fields of a protobuf message by number: whole numbers, doubles, floats, or bytes. */
export function readMessage(bytes: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  let offset = 0;
  const readVarint = () => {
    for (let [value, scale] = [0, 1]; ; scale *= 128) {
      const byte = bytes[offset++];
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => bytes.subarray(offset, (offset += length));
  while (offset < bytes.length) {
    const key = readVarint();
    const wire = key % 8;
    const field = Math.floor(key / 8);
    if (wire === 0) fields.set(field, readVarint());
    else if (wire === 1) fields.set(field, take(8).readDoubleLE());
    else if (wire === 5) fields.set(field, take(4).readFloatLE());
    else fields.set(field, take(readVarint()));
  }
  return fields;
}
