/** Arrays that one buffer holds: an allocation costs more than the numbers of a picture. */
const TOGETHER = 16;

/** Gives fresh arrays of `size` zeros each. Several share a buffer, no two a number. */
export function createAllocator(size: number): () => Float64Array {
  let chunk = new Float64Array(0);
  let used = 0;
  return () => {
    if (used === chunk.length) {
      chunk = new Float64Array(size * TOGETHER);
      used = 0;
    }
    used += size;
    return chunk.subarray(used - size, used);
  };
}
