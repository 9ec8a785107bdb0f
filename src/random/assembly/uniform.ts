/** The one draw that is made millions of times: Philox4x32-10 as in `../philox.ts`, whose products are one instruction each here. */

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

/** The last two words of the draw that was made last. */
let word2: u32 = 0, word3: u32 = 0;

/** The 53 high bits of two words as a number in [0, 1). */
// @ts-ignore: decorator
@inline
function asUniform(high: u32, low: u32): f64 {
  return <f64>(((<u64>(high >> 6)) << 27) | <u64>(low >> 5)) * (1.0 / 9007199254740992.0);
}

/** A draw, for a counter of two words and a key: its first two words as a number in [0, 1). */
export function uniform(counter0: u32, counter1: u32, key0: u32, key1: u32): f64 {
  let c0 = counter0, c1 = counter1, c2: u32 = 0, c3: u32 = 0;
  for (let round = 0; round < 10; round += 1) {
    const product0 = MULTIPLIER_0 * <u64>c0;
    const product1 = MULTIPLIER_1 * <u64>c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ key0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ key1;
    c3 = <u32>product0;
    key0 += WEYL_0;
    key1 += WEYL_1;
  }
  word2 = c2;
  word3 = c3;
  return asUniform(c0, c1);
}

/** The other two words of the same draw. */
export function rest(): f64 {
  return asUniform(word2, word3);
}
