/** A named tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | Int32Array;
}

/**
 * Encodes tensors in the safetensors format, which Python's `safetensors` and most tools read: the header's length in
 * eight bytes, a JSON header of type, shape and offsets, then the numbers, little-endian, one tensor after another.
 *
 * Numbers begin on a multiple of 8 bytes of the file. Tensors of 8-byte numbers come first, and otherwise in the given order: each tensor is
 * aligned to its own numbers, and equal weights give equal files.
 *
 * Source: the safetensors format description, version 0.4.
 *
 * @param metadata strings stored beside the tensors
 */
export function encodeSafetensors(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>>): Uint8Array {
  const sorted = Object.entries(tensors).toSorted(([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  let offset = 0;
  const entries = sorted.map(([name, { shape, values }]): [string, unknown] => {
    const begin = offset;
    offset += values.byteLength;
    return [name, { dtype: typeOf(values), shape, data_offsets: [begin, offset] }];
  });
  const json = encodeHeader(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const file = new Uint8Array(8 + json.length + offset);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const [, { values }] of sorted) {
    writeNumbers(view, at, values);
    at += values.byteLength;
  }
  return file;
}

/** JSON in UTF-8, filled with spaces to a multiple of 8 bytes: a character may take several. */
function encodeHeader(header: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

function typeOf(values: Tensor['values']): 'F32' | 'F64' | 'I32' {
  if (values instanceof Int32Array) return 'I32';
  return values instanceof Float64Array ? 'F64' : 'F32';
}

/** Little-endian on every machine. */
function writeNumbers(view: DataView, begin: number, values: Tensor['values']): void {
  const size = values.BYTES_PER_ELEMENT;
  if (values instanceof Int32Array) for (let i = 0; i < values.length; i += 1) view.setInt32(begin + i * size, values[i], true);
  else if (values instanceof Float64Array) for (let i = 0; i < values.length; i += 1) view.setFloat64(begin + i * size, values[i], true);
  else for (let i = 0; i < values.length; i += 1) view.setFloat32(begin + i * size, values[i], true);
}
