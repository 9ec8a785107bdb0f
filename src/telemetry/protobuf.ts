/** One encoded field of a protocol-buffers message. A message is its fields, one after another: `Buffer.concat(fields)`. */
type Field = Buffer;

/** How a value is encoded after its field number: the wire types of the encoding. */
const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/**
 * A whole number in groups of seven bits, lowest first, the high bit set on all but the last.
 *
 * @param value 0 to 2^53 - 1
 */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function tag(field: number, wire: number): Buffer {
  return varint(field * 8 + wire);
}

/** An `int64` field that is not negative. */
export function integerField(field: number, value: number): Field {
  return Buffer.concat([tag(field, WIRE.varint), varint(value)]);
}

/** A `double` field. */
export function doubleField(field: number, value: number): Field {
  return Buffer.concat([tag(field, WIRE.fixed64), doubles([value])]);
}

/** A `float` field. */
export function floatField(field: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, WIRE.fixed32), bytes]);
}

/** A `string`, `bytes` or message field. */
export function bytesField(field: number, value: string | Uint8Array): Field {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([tag(field, WIRE.lengthDelimited), varint(bytes.length), bytes]);
}

/** A packed `repeated double` field. */
export function doublesField(field: number, values: readonly number[]): Field {
  return bytesField(field, doubles(values));
}

function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => bytes.writeDoubleLE(value, i * 8));
  return bytes;
}
