/**
 * Products of rows of weights with voltages, four rows and eight lanes at a time. Every sum runs over its terms in one order,
 * whatever the rows and lanes beside it: rows beyond the last are the last once more, lanes beyond the last are zeros.
 *
 * All of them end in `block`, which wants four rows' numbers side by side: then two addresses are all it has to count on, and
 * it reaches 83 % of the processor's limit instead of 75 % (Zen 4, Node 20). It must be inlined: of a function's argument the compiler does
 * not know that it is a 32-bit address, and cuts it to that in every round. Two terms a round are 3 % faster than one, as long as
 * a branch stands between them: without it sums are kept in memory, and it falls to 55 %.
 */

import { addScaled } from './elementwise';

/** Bytes of a number, of four, and of the eight lanes that are packed together. */
const NUMBER: usize = 4;
const FOUR: usize = 16;
const PANEL: usize = 32;

/** More weights than this come from memory. */
const CACHED_WEIGHTS: u64 = 1 << 22;

/** Gradients of fewer sources than this, beyond a multiple of eight, are summed lane by lane. */
const FEW_SOURCES: i32 = 4;

/** For so few rows voltages are not packed: each is used once for all of them. */
const FEW_ROWS: i32 = 4;

/** Address of number `i`. */
// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): usize {
  return base + (<usize>i) * NUMBER;
}

/** Packs eight lanes from `lane` on of the sources' voltages, one source after another; the lanes from `count` on are zeros. */
function pack(sources: usize, inputs: i32, voltages: usize, lanes: i32, lane: i32, count: i32, panel: usize): void {
  for (let j = 0; j < inputs; j += 1) {
    const source = sources ? load<i32>(at(sources, j)) : j;
    const from = at(voltages, source * lanes + lane);
    if (count >= 8) {
      v128.store(panel, v128.load(from));
      v128.store(panel, v128.load(from, FOUR), FOUR);
    } else {
      for (let b = 0; b < 8; b += 1) store<f32>(at(panel, b), b < count ? load<f32>(at(from, b)) : 0);
    }
    panel += PANEL;
  }
}

/** Puts eight sums of a row where they belong, or adds them to what is there: the first `count` of them. */
// @ts-ignore: decorator
@inline
function put(out: usize, low: v128, high: v128, count: i32, add: bool): void {
  if (count >= 8) {
    if (add) {
      low = f32x4.add(v128.load(out), low);
      high = f32x4.add(v128.load(out, FOUR), high);
    }
    v128.store(out, low);
    v128.store(out, high, FOUR);
  } else putSome(out, low, high, count, add);
}

function putSome(out: usize, low: v128, high: v128, count: i32, add: bool): void {
  for (let b = 0; b < count; b += 1) {
    const value = f32x4.extract_lane(low, 0);
    store<f32>(out, add ? load<f32>(out) + value : value);
    out += NUMBER;
    low = i8x16.shuffle(low, high, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    high = i8x16.shuffle(high, high, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

/** sum + x y; in the relaxed build rounded once where the processor can. */
// @ts-ignore: decorator
@inline
function multiplyAdd(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(sum, f32x4.mul(x, y));
}

/**
 * Four rows of eight sums: out_r[b] = Σ_j w[j][r] panel[j][b], or adds them to what is there.
 *
 * @param w four numbers for each term
 * @param panel eight numbers for each term, up to `last`
 * @param count how many of the eight are put
 * @param rows how many of the four are put
 */
// @ts-ignore: decorator
@inline
function block(w: usize, panel: usize, last: usize, out0: usize, out1: usize, out2: usize, out3: usize, count: i32, rows: i32, add: bool): void {
  let low0 = f32x4.splat(0), high0 = low0, low1 = low0, high1 = low0, low2 = low0, high2 = low0, low3 = low0, high3 = low0;
  const end = last - PANEL;
  for (let at = panel; at < last; at += 2 * PANEL) {
    let low = v128.load(at), high = v128.load(at, FOUR), weight = v128.load32_splat(w);
    low0 = multiplyAdd(low0, weight, low);
    high0 = multiplyAdd(high0, weight, high);
    weight = v128.load32_splat(w, NUMBER);
    low1 = multiplyAdd(low1, weight, low);
    high1 = multiplyAdd(high1, weight, high);
    weight = v128.load32_splat(w, 2 * NUMBER);
    low2 = multiplyAdd(low2, weight, low);
    high2 = multiplyAdd(high2, weight, high);
    weight = v128.load32_splat(w, 3 * NUMBER);
    low3 = multiplyAdd(low3, weight, low);
    high3 = multiplyAdd(high3, weight, high);
    if (at == end) break;
    low = v128.load(at, PANEL);
    high = v128.load(at, PANEL + FOUR);
    weight = v128.load32_splat(w, FOUR);
    low0 = multiplyAdd(low0, weight, low);
    high0 = multiplyAdd(high0, weight, high);
    weight = v128.load32_splat(w, FOUR + NUMBER);
    low1 = multiplyAdd(low1, weight, low);
    high1 = multiplyAdd(high1, weight, high);
    weight = v128.load32_splat(w, FOUR + 2 * NUMBER);
    low2 = multiplyAdd(low2, weight, low);
    high2 = multiplyAdd(high2, weight, high);
    weight = v128.load32_splat(w, FOUR + 3 * NUMBER);
    low3 = multiplyAdd(low3, weight, low);
    high3 = multiplyAdd(high3, weight, high);
    w += 2 * FOUR;
  }
  put(out0, low0, high0, count, add);
  if (rows > 1) put(out1, low1, high1, count, add);
  if (rows > 2) put(out2, low2, high2, count, add);
  if (rows > 3) put(out3, low3, high3, count, add);
}

/** Puts four rows side by side: to[j][r] = row_r[j]; `step` bytes from number to number of a row, `stride` from four to four. */
export function interleave(row0: usize, row1: usize, row2: usize, row3: usize, count: i32, step: usize, to: usize, stride: usize): void {
  let left = count;
  if (step == NUMBER) {
    for (; left >= 4; left -= 4) {
      const a = v128.load(row0), b = v128.load(row1), c = v128.load(row2), d = v128.load(row3);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to + stride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(to + 2 * stride, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
      v128.store(to + 3 * stride, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
      row0 += FOUR;
      row1 += FOUR;
      row2 += FOUR;
      row3 += FOUR;
      to += 4 * stride;
    }
  }
  for (; left > 0; left -= 1) {
    store<f32>(to, load<f32>(row0));
    store<f32>(to, load<f32>(row1), NUMBER);
    store<f32>(to, load<f32>(row2), 2 * NUMBER);
    store<f32>(to, load<f32>(row3), 3 * NUMBER);
    row0 += step;
    row1 += step;
    row2 += step;
    row3 += step;
    to += stride;
  }
}

/** The same where the four lie side by side already: lines that are far apart are then fetched once, not once for each eight lanes. */
function gather(from: usize, step: usize, count: i32, to: usize): void {
  for (; count > 0; count -= 1) {
    v128.store(to, v128.load(from));
    from += step;
    to += FOUR;
  }
}

/**
 * out[r, b] = Σ_j weights[r, j] voltages[sources[j], b] for `rows` rows and lanes `laneBegin..laneEnd`.
 *
 * @param rowStride, columnStride numbers from weights[r, j] to weights[r + 1, j] and to weights[r, j + 1]
 * @param sources 0 where source j is neuron j
 * @param lanes numbers from one neuron's voltages to the next one's
 * @param targets the row of `out` that row r goes to; 0 where it is r itself
 * @param outLanes numbers from one row of `out` to the next
 * @param room for 4 + 8 · `panels` numbers of each source
 * @param panels times eight lanes, that are worked on while they lie in a cache
 * @param add 1 where the sums are added to what `out` holds
 */
export function product(
  weights: usize, rowStride: i32, columnStride: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32,
  out: usize, targets: usize, outLanes: i32, rows: i32, laneBegin: i32, laneEnd: i32, room: usize, panels: i32, add: i32,
): void {
  const column = (<usize>columnStride) * NUMBER;
  const bytes = (<usize>inputs) * PANEL;
  const packed = room + (<usize>inputs) * FOUR;
  if (rows <= FEW_ROWS && targets == 0 && add == 0 && rows > 0) {
    productOfFew(weights, rowStride, columnStride, sources, inputs, at(voltages, laneBegin), lanes, at(out, laneBegin), outLanes, rows, (laneEnd - laneBegin) & ~7, room);
    laneBegin += (laneEnd - laneBegin) & ~7;
  }
  for (let begin = laneBegin; begin < laneEnd; begin += 8 * panels) {
    const end = min(laneEnd, begin + 8 * panels);
    let panel = packed;
    for (let lane = begin; lane < end; lane += 8) {
      pack(sources, inputs, voltages, lanes, lane, laneEnd - lane, panel);
      panel += bytes;
    }
    for (let row = 0; row < rows; row += 4) {
      const row1 = min(row + 1, rows - 1);
      const row2 = min(row + 2, rows - 1);
      const row3 = min(row + 3, rows - 1);
      if (rowStride == 1 && row3 == row + 3) gather(at(weights, row), column, inputs, room);
      else interleave(at(weights, row * rowStride), at(weights, row1 * rowStride), at(weights, row2 * rowStride), at(weights, row3 * rowStride), inputs, column, room, FOUR);
      let out0 = at(out, (targets ? load<i32>(at(targets, row)) : row) * outLanes + begin);
      let out1 = at(out, (targets ? load<i32>(at(targets, row1)) : row1) * outLanes + begin);
      let out2 = at(out, (targets ? load<i32>(at(targets, row2)) : row2) * outLanes + begin);
      let out3 = at(out, (targets ? load<i32>(at(targets, row3)) : row3) * outLanes + begin);
      panel = packed;
      for (let lane = begin; lane < end; lane += 8) {
        block(room, panel, panel + bytes, out0, out1, out2, out3, laneEnd - lane, rows - row, <bool>add);
        out0 += PANEL;
        out1 += PANEL;
        out2 += PANEL;
        out3 += PANEL;
        panel += bytes;
      }
    }
  }
}

/**
 * The same for few rows and `count` lanes, a multiple of eight, over voltages where they lie.
 *
 * @param room for 4 numbers of each source
 */
function productOfFew(weights: usize, rowStride: i32, columnStride: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, out: usize, outLanes: i32, rows: i32, count: i32, room: usize): void {
  const column = (<usize>columnStride) * NUMBER;
  const row1 = min(1, rows - 1), row2 = min(2, rows - 1), row3 = rows - 1;
  const out1 = row1 * outLanes, out2 = row2 * outLanes, out3 = row3 * outLanes;
  let lane = 0;
  if (rows == 1) for (; lane + 32 <= count; lane += 32) sumsOfOne(weights, column, sources, inputs, at(voltages, lane), lanes, at(out, lane));
  if (lane == count) return;
  if (rowStride == 1 && rows == 4) gather(weights, column, inputs, room);
  else interleave(weights, at(weights, row1 * rowStride), at(weights, row2 * rowStride), at(weights, row3 * rowStride), inputs, column, room, FOUR);
  for (; lane < count; lane += 8) {
    const to = at(out, lane);
    if (sources) sumsOfFour(room, sources, inputs, at(voltages, lane), lanes, to, at(to, out1), at(to, out2), at(to, out3));
    else sumsOfFour(room, 0, inputs, at(voltages, lane), lanes, to, at(to, out1), at(to, out2), at(to, out3));
  }
}

/**
 * out[k, r, b] = Σ_j weights[k, r, j] voltages[k, j, b] of each block k, or adds it to what is there.
 *
 * @param weightStep, voltageStep, outStep numbers from one block to the next
 * @param count lanes, and numbers from one input or row to the next
 * @param room for 4 numbers of each input
 */
export function blockProducts(
  blocks: i32, rows: i32, inputs: i32, count: i32, weights: usize, weightStep: i32, rowStride: i32, columnStride: i32,
  voltages: usize, voltageStep: i32, out: usize, outStep: i32, add: i32, room: usize,
): void {
  const whole = count & ~7;
  for (let k = 0; k < blocks; k += 1) {
    if (add) addTerms(rows, inputs, count, weights, rowStride, columnStride, voltages, out);
    else {
      for (let row = 0; row < rows; row += 4) {
        productOfFew(at(weights, row * rowStride), rowStride, columnStride, 0, inputs, voltages, count, at(out, row * count), count, min(4, rows - row), whole, room);
      }
      if (whole < count) lastLanes(rows, inputs, whole, count, weights, rowStride, columnStride, voltages, out);
    }
    weights = at(weights, weightStep);
    voltages = at(voltages, voltageStep);
    out = at(out, outStep);
  }
}

/** Term by term: for few inputs. */
function addTerms(rows: i32, inputs: i32, count: i32, weights: usize, rowStride: i32, columnStride: i32, voltages: usize, out: usize): void {
  for (let row = 0; row < rows; row += 1) {
    for (let j = 0; j < inputs; j += 1) addScaled(load<f32>(at(weights, row * rowStride + j * columnStride)), at(voltages, j * count), at(out, row * count), count);
  }
}

/** The lanes `begin..count`, one by one. */
function lastLanes(rows: i32, inputs: i32, begin: i32, count: i32, weights: usize, rowStride: i32, columnStride: i32, voltages: usize, out: usize): void {
  for (let row = 0; row < rows; row += 1) {
    for (let b = begin; b < count; b += 1) {
      let sum: f32 = 0;
      for (let j = 0; j < inputs; j += 1) sum += load<f32>(at(weights, row * rowStride + j * columnStride)) * load<f32>(at(voltages, j * count + b));
      store<f32>(at(out, row * count + b), sum);
    }
  }
}

/** Four rows and eight lanes. `block` for voltages that lie `lanes` numbers apart, or where sources say. */
// @ts-ignore: decorator
@inline
function sumsOfFour(w: usize, sources: usize, inputs: i32, voltages: usize, lanes: i32, out0: usize, out1: usize, out2: usize, out3: usize): void {
  const step = (<usize>lanes) * NUMBER;
  let low0 = f32x4.splat(0), high0 = low0, low1 = low0, high1 = low0, low2 = low0, high2 = low0, low3 = low0, high3 = low0;
  let from = voltages;
  for (const last = w + (<usize>inputs) * FOUR; w < last; w += FOUR) {
    if (sources) {
      from = voltages + (<usize>load<i32>(sources)) * step;
      sources += NUMBER;
    }
    const low = v128.load(from);
    const high = v128.load(from, FOUR);
    let weight = v128.load32_splat(w);
    low0 = multiplyAdd(low0, weight, low);
    high0 = multiplyAdd(high0, weight, high);
    weight = v128.load32_splat(w, NUMBER);
    low1 = multiplyAdd(low1, weight, low);
    high1 = multiplyAdd(high1, weight, high);
    weight = v128.load32_splat(w, 2 * NUMBER);
    low2 = multiplyAdd(low2, weight, low);
    high2 = multiplyAdd(high2, weight, high);
    weight = v128.load32_splat(w, 3 * NUMBER);
    low3 = multiplyAdd(low3, weight, low);
    high3 = multiplyAdd(high3, weight, high);
    from += step;
  }
  v128.store(out0, low0);
  v128.store(out0, high0, FOUR);
  v128.store(out1, low1);
  v128.store(out1, high1, FOUR);
  v128.store(out2, low2);
  v128.store(out2, high2, FOUR);
  v128.store(out3, low3);
  v128.store(out3, high3, FOUR);
}

/** One row and 32 lanes. */
// @ts-ignore: decorator
@inline
function sumsOfOne(w: usize, column: usize, sources: usize, inputs: i32, voltages: usize, lanes: i32, out: usize): void {
  const step = (<usize>lanes) * NUMBER;
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  let from = voltages;
  for (let left = inputs; left > 0; left -= 1) {
    if (sources) {
      from = voltages + (<usize>load<i32>(sources)) * step;
      sources += NUMBER;
    }
    const weight = v128.load32_splat(w);
    a = multiplyAdd(a, weight, v128.load(from));
    b = multiplyAdd(b, weight, v128.load(from, FOUR));
    c = multiplyAdd(c, weight, v128.load(from, 2 * FOUR));
    d = multiplyAdd(d, weight, v128.load(from, 3 * FOUR));
    e = multiplyAdd(e, weight, v128.load(from, 4 * FOUR));
    f = multiplyAdd(f, weight, v128.load(from, 5 * FOUR));
    g = multiplyAdd(g, weight, v128.load(from, 6 * FOUR));
    h = multiplyAdd(h, weight, v128.load(from, 7 * FOUR));
    w += column;
    from += step;
  }
  v128.store(out, a);
  v128.store(out, b, FOUR);
  v128.store(out, c, 2 * FOUR);
  v128.store(out, d, 3 * FOUR);
  v128.store(out, e, 4 * FOUR);
  v128.store(out, f, 5 * FOUR);
  v128.store(out, g, 6 * FOUR);
  v128.store(out, h, 7 * FOUR);
}

/** [Σa, Σb, Σc, Σd], each sum (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * out[r] = Σ_j weights[r, j] voltages[sources[j]], the case of one lane.
 *
 * Weights that lie in a cache are taken four rows at a time; those that come from memory eight, because more streams keep more of
 * it under way: 80 % of what reading alone reaches, against 66 % (4096 rows of 4096, Zen 4).
 *
 * @param panel room for the sources' voltages
 */
export function productOfOne(
  weights: usize, rowStride: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, out: usize, outLanes: i32, rows: i32, panel: usize,
): void {
  for (let j = 0; j < inputs; j += 1) store<f32>(at(panel, j), load<f32>(lanesOf(sources, j, voltages, lanes)));
  let row = 0;
  if (<u64>rows * <u64>inputs > CACHED_WEIGHTS) {
    for (; row + 8 <= rows; row += 8) eightRows(at(weights, row * rowStride), (<usize>rowStride) * NUMBER, panel, inputs, at(out, row * outLanes), (<usize>outLanes) * NUMBER);
  }
  for (; row < rows; row += 4) {
    fourRows(at(weights, row * rowStride), (<usize>rowStride) * NUMBER, panel, inputs, at(out, row * outLanes), (<usize>outLanes) * NUMBER, min(rows - row, 4));
  }
}

/** @param rows how many of the four there are; stride and step in bytes */
// @ts-ignore: decorator
@inline
function fourRows(w0: usize, stride: usize, panel: usize, inputs: i32, out: usize, step: usize, rows: i32): void {
  const w1 = rows > 1 ? w0 + stride : w0;
  const w2 = rows > 2 ? w1 + stride : w1;
  const w3 = rows > 3 ? w2 + stride : w2;
  const whole = (<usize>(inputs & ~3)) * NUMBER;
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (let i: usize = 0; i < whole; i += FOUR) {
    const voltage = v128.load(panel + i);
    sum0 = multiplyAdd(sum0, v128.load(w0 + i), voltage);
    sum1 = multiplyAdd(sum1, v128.load(w1 + i), voltage);
    sum2 = multiplyAdd(sum2, v128.load(w2 + i), voltage);
    sum3 = multiplyAdd(sum3, v128.load(w3 + i), voltage);
  }
  finish(sums(sum0, sum1, sum2, sum3), w0, w1, w2, w3, panel, inputs, out, step, rows);
}

function eightRows(w0: usize, stride: usize, panel: usize, inputs: i32, out: usize, step: usize): void {
  const w1 = w0 + stride, w2 = w1 + stride, w3 = w2 + stride, w4 = w3 + stride, w5 = w4 + stride, w6 = w5 + stride, w7 = w6 + stride;
  const whole = (<usize>(inputs & ~3)) * NUMBER;
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
  for (let i: usize = 0; i < whole; i += FOUR) {
    const voltage = v128.load(panel + i);
    sum0 = multiplyAdd(sum0, v128.load(w0 + i), voltage);
    sum1 = multiplyAdd(sum1, v128.load(w1 + i), voltage);
    sum2 = multiplyAdd(sum2, v128.load(w2 + i), voltage);
    sum3 = multiplyAdd(sum3, v128.load(w3 + i), voltage);
    sum4 = multiplyAdd(sum4, v128.load(w4 + i), voltage);
    sum5 = multiplyAdd(sum5, v128.load(w5 + i), voltage);
    sum6 = multiplyAdd(sum6, v128.load(w6 + i), voltage);
    sum7 = multiplyAdd(sum7, v128.load(w7 + i), voltage);
  }
  finish(sums(sum0, sum1, sum2, sum3), w0, w1, w2, w3, panel, inputs, out, step, 4);
  finish(sums(sum4, sum5, sum6, sum7), w4, w5, w6, w7, panel, inputs, out + 4 * step, step, 4);
}

/** Adds the terms beyond the last four, and puts the sums. */
// @ts-ignore: decorator
@inline
function finish(all: v128, w0: usize, w1: usize, w2: usize, w3: usize, panel: usize, inputs: i32, out: usize, step: usize, rows: i32): void {
  let z0 = f32x4.extract_lane(all, 0), z1 = f32x4.extract_lane(all, 1), z2 = f32x4.extract_lane(all, 2), z3 = f32x4.extract_lane(all, 3);
  for (let j = inputs & ~3; j < inputs; j += 1) {
    const voltage = load<f32>(at(panel, j));
    z0 += load<f32>(at(w0, j)) * voltage;
    z1 += load<f32>(at(w1, j)) * voltage;
    z2 += load<f32>(at(w2, j)) * voltage;
    z3 += load<f32>(at(w3, j)) * voltage;
  }
  store<f32>(out, z0);
  if (rows > 1) store<f32>(out + step, z1);
  if (rows > 2) store<f32>(out + 2 * step, z2);
  if (rows > 3) store<f32>(out + 3 * step, z3);
}

/**
 * gradient[r, j] = Σ_b coefficients[r, b] voltages[sources[j], b] over the first `count` lanes.
 *
 * @param coefficientLanes numbers from one row's coefficients to the next one's
 * @param stride numbers from one row of the gradient to the next
 * @param sources 0 where source j is neuron j
 * @param room for 4 numbers of each lane and row, rows counted up to a multiple of four, and 8 more of each lane; and for as many as there are sources
 */
export function gradients(
  coefficients: usize, coefficientLanes: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, count: i32, gradient: usize, stride: i32, rows: i32, room: usize,
): void {
  if (count == 1) {
    outer(coefficients, coefficientLanes, sources, inputs, voltages, lanes, gradient, stride, rows, room);
    return;
  }
  const few = inputs < 8 ? inputs : (inputs & 7) < FEW_SOURCES ? inputs & 7 : 0;
  const most = inputs - few;
  if (few > 0) gradientsOfFew(coefficients, coefficientLanes, sources, most, inputs, voltages, lanes, count, gradient, stride, rows);
  if (most == 0) return;
  const bytes = (<usize>count) * FOUR;
  const panel = room + (<usize>((rows + 3) >> 2)) * bytes;
  let w = room;
  for (let row = 0; row < rows; row += 4) {
    const row1 = min(row + 1, rows - 1);
    const row2 = min(row + 2, rows - 1);
    const row3 = min(row + 3, rows - 1);
    interleave(at(coefficients, row * coefficientLanes), at(coefficients, row1 * coefficientLanes), at(coefficients, row2 * coefficientLanes), at(coefficients, row3 * coefficientLanes), count, NUMBER, w, FOUR);
    w += bytes;
  }
  const next = (<usize>stride) * NUMBER;
  for (let j = 0; j < most; j += 8) {
    for (let half = 0; half < 8; half += 4) {
      const j0 = min(j + half, inputs - 1), j1 = min(j + half + 1, inputs - 1), j2 = min(j + half + 2, inputs - 1), j3 = min(j + half + 3, inputs - 1);
      interleave(lanesOf(sources, j0, voltages, lanes), lanesOf(sources, j1, voltages, lanes), lanesOf(sources, j2, voltages, lanes), lanesOf(sources, j3, voltages, lanes), count, NUMBER, at(panel, half), PANEL);
    }
    w = room;
    let to = at(gradient, j);
    for (let row = 0; row < rows; row += 4) {
      block(w, panel, panel + 2 * bytes, to, to + next, to + 2 * next, to + 3 * next, inputs - j, rows - row, false);
      w += bytes;
      to += 4 * next;
    }
  }
}

/** The same of small matrices, one after another: `gradients` of each block, whose numbers lie so many further each time. */
export function blockGradients(
  blocks: i32, rows: i32, inputs: i32, count: i32, coefficients: usize, coefficientStep: i32,
  voltages: usize, voltageStep: i32, gradient: usize, gradientStep: i32, rowStride: i32, room: usize,
): void {
  for (let k = 0; k < blocks; k += 1) {
    gradients(at(coefficients, k * coefficientStep), count, 0, inputs, at(voltages, k * voltageStep), count, count, at(gradient, k * gradientStep), rowStride, rows, room);
  }
}

/** The case of one lane: gradient[r, j] = coefficients[r] voltages[sources[j]]. */
function outer(coefficients: usize, coefficientLanes: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, gradient: usize, stride: i32, rows: i32, room: usize): void {
  for (let j = 0; j < inputs; j += 1) store<f32>(at(room, j), load<f32>(lanesOf(sources, j, voltages, lanes)));
  const whole = (<usize>(inputs & ~3)) * NUMBER;
  for (let row = 0; row < rows; row += 1) {
    const c = load<f32>(at(coefficients, row * coefficientLanes));
    const factor = f32x4.splat(c);
    for (let i: usize = 0; i < whole; i += FOUR) v128.store(gradient + i, f32x4.mul(factor, v128.load(room + i)));
    for (let j = inputs & ~3; j < inputs; j += 1) store<f32>(at(gradient, j), c * load<f32>(at(room, j)));
    gradient += (<usize>stride) * NUMBER;
  }
}

/** Where the voltages of source `j` begin. */
// @ts-ignore: decorator
@inline
function lanesOf(sources: usize, j: i32, voltages: usize, lanes: i32): usize {
  return at(voltages, (sources ? load<i32>(at(sources, j)) : j) * lanes);
}

/** The same for sources `begin..inputs`, where eight at a time would be mostly none: four rows and two sources, four lanes at a time. */
function gradientsOfFew(
  coefficients: usize, coefficientLanes: i32, sources: usize, begin: i32, inputs: i32, voltages: usize, lanes: i32, count: i32, gradient: usize, stride: i32, rows: i32,
): void {
  const whole = (<usize>(count & ~3)) * NUMBER;
  for (let row = 0; row < rows; row += 4) {
    const row1 = min(row + 1, rows - 1);
    const row2 = min(row + 2, rows - 1);
    const row3 = min(row + 3, rows - 1);
    const c0 = at(coefficients, row * coefficientLanes);
    const c1 = at(coefficients, row1 * coefficientLanes);
    const c2 = at(coefficients, row2 * coefficientLanes);
    const c3 = at(coefficients, row3 * coefficientLanes);
    for (let j = begin; j < inputs; j += 2) {
      const next = min(j + 1, inputs - 1);
      const left = at(voltages, (sources ? load<i32>(at(sources, j)) : j) * lanes);
      const right = at(voltages, (sources ? load<i32>(at(sources, next)) : next) * lanes);
      let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      for (let i: usize = 0; i < whole; i += FOUR) {
        const a = v128.load(left + i);
        const b = v128.load(right + i);
        let c = v128.load(c0 + i);
        a0 = multiplyAdd(a0, c, a);
        b0 = multiplyAdd(b0, c, b);
        c = v128.load(c1 + i);
        a1 = multiplyAdd(a1, c, a);
        b1 = multiplyAdd(b1, c, b);
        c = v128.load(c2 + i);
        a2 = multiplyAdd(a2, c, a);
        b2 = multiplyAdd(b2, c, b);
        c = v128.load(c3 + i);
        a3 = multiplyAdd(a3, c, a);
        b3 = multiplyAdd(b3, c, b);
      }
      let upper = sums(a0, b0, a1, b1);
      let lower = sums(a2, b2, a3, b3);
      for (let b = count & ~3; b < count; b += 1) {
        const pair = f32x4.replace_lane(f32x4.splat(load<f32>(at(left, b))), 1, load<f32>(at(right, b)));
        const both = v128.shuffle<f32>(pair, pair, 0, 1, 0, 1);
        const x0 = f32x4.splat(load<f32>(at(c0, b))), x1 = f32x4.splat(load<f32>(at(c1, b)));
        const x2 = f32x4.splat(load<f32>(at(c2, b))), x3 = f32x4.splat(load<f32>(at(c3, b)));
        upper = f32x4.add(upper, f32x4.mul(v128.shuffle<f32>(x0, x1, 0, 1, 4, 5), both));
        lower = f32x4.add(lower, f32x4.mul(v128.shuffle<f32>(x2, x3, 0, 1, 4, 5), both));
      }
      const g0 = at(gradient, row * stride + j);
      const g1 = at(gradient, row1 * stride + j);
      const g2 = at(gradient, row2 * stride + j);
      const g3 = at(gradient, row3 * stride + j);
      if (next > j) {
        v128.store64_lane(g0, upper, 0);
        v128.store64_lane(g1, upper, 1);
        v128.store64_lane(g2, lower, 0);
        v128.store64_lane(g3, lower, 1);
      } else {
        v128.store32_lane(g0, upper, 0);
        v128.store32_lane(g1, upper, 2);
        v128.store32_lane(g2, lower, 0);
        v128.store32_lane(g3, lower, 2);
      }
    }
  }
}
