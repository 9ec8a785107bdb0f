/** The numbers of a safetensors file, without its header: that holds the name of the environment. */
export function numbersOf(file: Uint8Array): number[] {
  const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return [...file.subarray(8 + header)];
}
