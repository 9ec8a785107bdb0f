/**
 * Products of rows that each read neurons of their own. There is no instruction that gathers: voltages are loaded one by one into the lanes
 * of a vector. Every sum has one order, whatever the rows beside it.
 *
 * Sources lie as 16-bit numbers where all are below 65,536, else as 32-bit ones. Before the first of them lie eight more that may be read,
 * all 0.
 */

import { putSome, some } from './elementwise';

const NUMBER: usize = 4;
const FOUR: usize = 16;

/** Address of number `i`. */
// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): usize {
  return base + (<usize>i) * NUMBER;
}

/** Where source `i` of the list from `sources` on is written down. */
// @ts-ignore: decorator
@inline
function place(sources: usize, i: i32, wide: bool): usize {
  return sources + ((<usize>i) << (wide ? 2 : 1));
}

/** Source `i` from a place on, for a constant `i`. */
// @ts-ignore: decorator
@inline
function source(from: usize, i: usize, wide: bool): usize {
  return wide ? <usize>load<i32>(from + 4 * i) : <usize>load<u16>(from + 2 * i);
}

/** The voltages of four sources. */
// @ts-ignore: decorator
@inline
function four(voltages: usize, from: usize, wide: bool): v128 {
  let x = v128.load32_zero(voltages + (source(from, 0, wide) << 2));
  x = v128.load32_lane(voltages + (source(from, 1, wide) << 2), x, 1);
  x = v128.load32_lane(voltages + (source(from, 2, wide) << 2), x, 2);
  return v128.load32_lane(voltages + (source(from, 3, wide) << 2), x, 3);
}

/** x in the lanes from `first` on, else 0. */
// @ts-ignore: decorator
@inline
function since(first: i32, x: v128): v128 {
  return v128.and(x, i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(first)));
}

/**
 * out[r] = Σ_j weights[r, j] voltages[sources[r, j]], the case of one lane.
 *
 * What is left of a row beyond a multiple of eight are its last eight connections, less those that are counted already: in a row of few they
 * belong to the rows before. A branch for each would be mispredicted in every row: 404 → 373 µs for 10,000 rows of 100 (Zen 4, Node 20).
 *
 * @param offset where each row lies in `weights` and `sources`; [rows + 1]
 */
// @ts-ignore: decorator
@inline
function rowsOfOne(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32, wide: bool): void {
  let from = load<i32>(offset);
  const step = place(0, 4, wide);
  for (let row = 1; row <= rows; row += 1) {
    const to = load<i32>(at(offset, row));
    const left = (to - from) & 7;
    const end = at(weights, to - left);
    let list = place(sources, from, wide);
    let low = f32x4.splat(0), high = low;
    for (let w = at(weights, from); w < end; w += 2 * FOUR) {
      low = f32x4.add(low, f32x4.mul(v128.load(w), four(voltages, list, wide)));
      high = f32x4.add(high, f32x4.mul(v128.load(w, FOUR), four(voltages, list + step, wide)));
      list += 2 * step;
    }
    const last = at(weights, to) - 2 * FOUR;
    list = place(sources, to, wide) - 2 * step;
    low = f32x4.add(low, since(8 - left, f32x4.mul(v128.load(last), four(voltages, list, wide))));
    high = f32x4.add(high, since(4 - left, f32x4.mul(v128.load(last, FOUR), four(voltages, list + step, wide))));
    const sum = f32x4.add(low, high);
    store<f32>(out, (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)));
    out += NUMBER;
    from = to;
  }
}

/**
 * out[r, b] = Σ_j weights[r, j] voltages[sources[r, j], b] for several lanes: eight, four or fewer of them at a time, one connection after
 * another.
 */
// @ts-ignore: decorator
@inline
function rowsOfMany(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32, lanes: i32, count: i32, wide: bool): void {
  const stride = (<usize>lanes) * NUMBER;
  const step = place(0, 1, wide);
  for (let row = 0; row < rows; row += 1) {
    const begin = at(weights, load<i32>(at(offset, row)));
    const end = at(weights, load<i32>(at(offset, row + 1)));
    const first = place(sources, load<i32>(at(offset, row)), wide);
    let left = count;
    let lane = voltages;
    let to = out;
    for (; left >= 8; left -= 8) {
      let low = f32x4.splat(0), high = low;
      let list = first;
      for (let w = begin; w < end; w += NUMBER) {
        const weight = v128.load32_splat(w);
        const v = lane + source(list, 0, wide) * stride;
        low = f32x4.add(low, f32x4.mul(weight, v128.load(v)));
        high = f32x4.add(high, f32x4.mul(weight, v128.load(v, FOUR)));
        list += step;
      }
      v128.store(to, low);
      v128.store(to, high, FOUR);
      lane += 2 * FOUR;
      to += 2 * FOUR;
    }
    for (; left > 0; left -= 4) {
      let sum = f32x4.splat(0);
      let list = first;
      for (let w = begin; w < end; w += NUMBER) {
        const v = lane + source(list, 0, wide) * stride;
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(w), left >= 4 ? v128.load(v) : some(v, left)));
        list += step;
      }
      if (left >= 4) v128.store(to, sum);
      else putSome(to, sum, left);
      lane += FOUR;
      to += FOUR;
    }
    out += stride;
  }
}

/*
 * Each of them compiled by itself: behind a choice between them in one function V8 keeps their sums in memory, 373 → 545 µs.
 */

export function sparseProductOfOne(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32): void {
  rowsOfOne(weights, offset, sources, voltages, out, rows, false);
}

export function wideSparseProductOfOne(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32): void {
  rowsOfOne(weights, offset, sources, voltages, out, rows, true);
}

/** @param count lanes from the addresses on */
export function sparseProduct(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32, lanes: i32, count: i32): void {
  rowsOfMany(weights, offset, sources, voltages, out, rows, lanes, count, false);
}

export function wideSparseProduct(weights: usize, offset: usize, sources: usize, voltages: usize, out: usize, rows: i32, lanes: i32, count: i32): void {
  rowsOfMany(weights, offset, sources, voltages, out, rows, lanes, count, true);
}
