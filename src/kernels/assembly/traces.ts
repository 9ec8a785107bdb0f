/** Eligibility traces, of rows one after another. */
import { flushed, putSome, some } from './elementwise';

const NUMBER: usize = 4;
const FOUR: usize = 16;

/** kept · trace + credit · term of four numbers. */
// @ts-ignore: decorator
@inline
function traced(trace: v128, term: v128, kept: v128, credit: v128, least: f32): v128 {
  return flushed(f32x4.add(f32x4.mul(kept, trace), f32x4.mul(credit, term)), least);
}

/**
 * trace[r, j] = kept · trace[r, j] + credit[r] · terms[r, j], 0 where it is smaller than `least`; direction[r, j] = δ · trace[r, j];
 * reach[r] = Σ_j |trace[r, j]|.
 *
 * @param offset how long each row is: from one of these numbers to the next; [rows + 1]
 * @param shared 1 where the terms are the same for all rows
 */
export function followTraces(
  offset: usize, rows: i32, credit: usize, terms: usize, shared: i32, kept: f32, tdError: f32, least: f32,
  trace: usize, direction: usize, reach: usize,
): void {
  const decay = f32x4.splat(kept), error = f32x4.splat(tdError);
  let term = terms;
  for (let row = 0; row < rows; row += 1) {
    const own = v128.load32_splat(credit);
    let low = f32x4.splat(0), high = low;
    let left = load<i32>(offset, NUMBER) - load<i32>(offset);
    if (shared) term = terms;
    for (; left >= 8; left -= 8) {
      const x = traced(v128.load(trace), v128.load(term), decay, own, least);
      const y = traced(v128.load(trace, FOUR), v128.load(term, FOUR), decay, own, least);
      v128.store(trace, x);
      v128.store(trace, y, FOUR);
      v128.store(direction, f32x4.mul(error, x));
      v128.store(direction, f32x4.mul(error, y), FOUR);
      low = f32x4.add(low, f32x4.abs(x));
      high = f32x4.add(high, f32x4.abs(y));
      trace += 2 * FOUR;
      term += 2 * FOUR;
      direction += 2 * FOUR;
    }
    for (; left > 0; left -= 4) {
      const count = min(left, 4);
      const x = count == 4 ? traced(v128.load(trace), v128.load(term), decay, own, least) : traced(some(trace, count), some(term, count), decay, own, least);
      if (count == 4) {
        v128.store(trace, x);
        v128.store(direction, f32x4.mul(error, x));
      } else {
        putSome(trace, x, count);
        putSome(direction, f32x4.mul(error, x), count);
      }
      low = f32x4.add(low, f32x4.abs(x)); // 0 beyond the row
      const bytes = (<usize>count) * NUMBER;
      trace += bytes;
      term += bytes;
      direction += bytes;
    }
    const sum = f32x4.add(low, high);
    store<f32>(reach, (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)));
    offset += NUMBER;
    credit += NUMBER;
    reach += NUMBER;
  }
}
