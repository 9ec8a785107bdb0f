/** A named tensor of float32, or of whole numbers, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/**
 * Encodes tensors in the safetensors format, which Python's `safetensors` and most tools read: the header's length in
 * eight bytes, a JSON header of type, shape and offsets, then the numbers, little-endian, one tensor after another.
 *
 * Source: the safetensors format description, version 0.4. Tensors are written in the given order, so that equal
 * weights give equal files.
 *
 * @param metadata strings stored beside the tensors
 */
export function encodeSafetensors(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>>): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: values instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, offset + values.length * 4] };
    offset += values.length * 4;
  }
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8)); // the numbers start on 8 bytes
  const file = new Uint8Array(8 + json.length + offset);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const { values } of Object.values(tensors)) {
    const isWhole = values instanceof Int32Array;
    for (const value of values) {
      if (isWhole) view.setInt32(at, value, true);
      else view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return file;
}
