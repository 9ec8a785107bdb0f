/** What the machine can do at best, in the same 128-bit instructions as the kernels: `../limits.ts` calls it. */

const FOUR: usize = 16;

/**
 * Multiply-adds of four numbers, eight a round, everything in the nearest cache: the sums do not wait for one another, and a
 * product does for nothing.
 *
 * @param at 112 bytes: six times four numbers to read, and room for four
 */
export function multiplyAdd(at: usize, rounds: i32): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (let round = 0; round < rounds; round += 1) {
    const x = v128.load(at);
    const y = v128.load(at, FOUR);
    let weight = v128.load(at, 2 * FOUR);
    s0 = f32x4.add(s0, f32x4.mul(weight, x));
    s1 = f32x4.add(s1, f32x4.mul(weight, y));
    weight = v128.load(at, 3 * FOUR);
    s2 = f32x4.add(s2, f32x4.mul(weight, x));
    s3 = f32x4.add(s3, f32x4.mul(weight, y));
    weight = v128.load(at, 4 * FOUR);
    s4 = f32x4.add(s4, f32x4.mul(weight, x));
    s5 = f32x4.add(s5, f32x4.mul(weight, y));
    weight = v128.load(at, 5 * FOUR);
    s6 = f32x4.add(s6, f32x4.mul(weight, x));
    s7 = f32x4.add(s7, f32x4.mul(weight, y));
    at = (at ^ FOUR) ^ FOUR; // the compiler is not to find that the addresses stay
  }
  const low = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  v128.store(at, f32x4.add(low, f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7))), 6 * FOUR);
}

/** Reads `bytes` from `from` on, a multiple of 128. */
export function read(from: usize, bytes: usize): i32 {
  const end = from + bytes;
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; from < end; from += 8 * FOUR) {
    s0 = v128.xor(s0, v128.xor(v128.load(from), v128.load(from, 4 * FOUR)));
    s1 = v128.xor(s1, v128.xor(v128.load(from, FOUR), v128.load(from, 5 * FOUR)));
    s2 = v128.xor(s2, v128.xor(v128.load(from, 2 * FOUR), v128.load(from, 6 * FOUR)));
    s3 = v128.xor(s3, v128.xor(v128.load(from, 3 * FOUR), v128.load(from, 7 * FOUR)));
  }
  return i32x4.extract_lane(v128.xor(v128.xor(s0, s1), v128.xor(s2, s3)), 0);
}
