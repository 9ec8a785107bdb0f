/**
 * Products of rows of weights with voltages, four rows and eight lanes at a time. Every sum runs over its terms in one order,
 * whatever the rows and lanes beside it: rows beyond the last are the last once more, lanes beyond the last are zeros.
 */

/** Bytes of a number, of four, and of the eight lanes that are packed together. */
const NUMBER: usize = 4;
const FOUR: usize = 16;
const PANEL: usize = 32;

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

/**
 * out[r, b] = Σ_j weights[r, j] voltages[sources[j], b] for `rows` rows and lanes `laneBegin..laneEnd`.
 *
 * @param rowStride, columnStride numbers from weights[r, j] to weights[r + 1, j] and to weights[r, j + 1]
 * @param sources 0 where source j is neuron j
 * @param lanes numbers from one neuron's voltages to the next one's
 * @param targets the row of `out` that row r goes to; 0 where it is r itself
 * @param outLanes numbers from one row of `out` to the next
 * @param panel room for 8 numbers of each source
 * @param add 1 where the sums are added to what `out` holds
 */
export function product(
  weights: usize, rowStride: i32, columnStride: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32,
  out: usize, targets: usize, outLanes: i32, rows: i32, laneBegin: i32, laneEnd: i32, panel: usize, add: i32,
): void {
  const column = (<usize>columnStride) * NUMBER;
  const last = panel + (<usize>inputs) * PANEL;
  for (let lane = laneBegin; lane < laneEnd; lane += 8) {
    const count = laneEnd - lane;
    pack(sources, inputs, voltages, lanes, lane, count, panel);
    for (let row = 0; row < rows; row += 4) {
      const row1 = min(row + 1, rows - 1);
      const row2 = min(row + 2, rows - 1);
      const row3 = min(row + 3, rows - 1);
      let w0 = at(weights, row * rowStride);
      let w1 = at(weights, row1 * rowStride);
      let w2 = at(weights, row2 * rowStride);
      let w3 = at(weights, row3 * rowStride);
      let low0 = f32x4.splat(0), high0 = low0, low1 = low0, high1 = low0, low2 = low0, high2 = low0, low3 = low0, high3 = low0;
      for (let at = panel; at < last; at += PANEL) {
        const low = v128.load(at);
        const high = v128.load(at, FOUR);
        let weight = v128.load32_splat(w0);
        low0 = f32x4.add(low0, f32x4.mul(weight, low));
        high0 = f32x4.add(high0, f32x4.mul(weight, high));
        weight = v128.load32_splat(w1);
        low1 = f32x4.add(low1, f32x4.mul(weight, low));
        high1 = f32x4.add(high1, f32x4.mul(weight, high));
        weight = v128.load32_splat(w2);
        low2 = f32x4.add(low2, f32x4.mul(weight, low));
        high2 = f32x4.add(high2, f32x4.mul(weight, high));
        weight = v128.load32_splat(w3);
        low3 = f32x4.add(low3, f32x4.mul(weight, low));
        high3 = f32x4.add(high3, f32x4.mul(weight, high));
        w0 += column;
        w1 += column;
        w2 += column;
        w3 += column;
      }
      put(at(out, (targets ? load<i32>(at(targets, row)) : row) * outLanes + lane), low0, high0, count, <bool>add);
      if (row1 > row) put(at(out, (targets ? load<i32>(at(targets, row1)) : row1) * outLanes + lane), low1, high1, count, <bool>add);
      if (row2 > row1) put(at(out, (targets ? load<i32>(at(targets, row2)) : row2) * outLanes + lane), low2, high2, count, <bool>add);
      if (row3 > row2) put(at(out, (targets ? load<i32>(at(targets, row3)) : row3) * outLanes + lane), low3, high3, count, <bool>add);
    }
  }
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
 * out[r] = Σ_j weights[r, j] voltages[sources[j]], the case of one lane: four rows at a time.
 *
 * @param panel room for the sources' voltages and three more
 */
export function productOfOne(
  weights: usize, rowStride: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, out: usize, outLanes: i32, rows: i32, panel: usize,
): void {
  for (let j = 0; j < inputs; j += 1) {
    const source = sources ? load<i32>(at(sources, j)) : j;
    store<f32>(at(panel, j), load<f32>(at(voltages, source * lanes)));
  }
  const whole = (<usize>(inputs & ~3)) * NUMBER;
  for (let row = 0; row < rows; row += 4) {
    const row1 = min(row + 1, rows - 1);
    const row2 = min(row + 2, rows - 1);
    const row3 = min(row + 3, rows - 1);
    const w0 = at(weights, row * rowStride);
    const w1 = at(weights, row1 * rowStride);
    const w2 = at(weights, row2 * rowStride);
    const w3 = at(weights, row3 * rowStride);
    let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (let i: usize = 0; i < whole; i += FOUR) {
      const voltage = v128.load(panel + i);
      sum0 = f32x4.add(sum0, f32x4.mul(v128.load(w0 + i), voltage));
      sum1 = f32x4.add(sum1, f32x4.mul(v128.load(w1 + i), voltage));
      sum2 = f32x4.add(sum2, f32x4.mul(v128.load(w2 + i), voltage));
      sum3 = f32x4.add(sum3, f32x4.mul(v128.load(w3 + i), voltage));
    }
    const all = sums(sum0, sum1, sum2, sum3);
    let z0 = f32x4.extract_lane(all, 0), z1 = f32x4.extract_lane(all, 1), z2 = f32x4.extract_lane(all, 2), z3 = f32x4.extract_lane(all, 3);
    for (let j = inputs & ~3; j < inputs; j += 1) {
      const voltage = load<f32>(at(panel, j));
      z0 += load<f32>(at(w0, j)) * voltage;
      z1 += load<f32>(at(w1, j)) * voltage;
      z2 += load<f32>(at(w2, j)) * voltage;
      z3 += load<f32>(at(w3, j)) * voltage;
    }
    store<f32>(at(out, row * outLanes), z0);
    store<f32>(at(out, row1 * outLanes), z1);
    store<f32>(at(out, row2 * outLanes), z2);
    store<f32>(at(out, row3 * outLanes), z3);
  }
}

/**
 * gradient[r, j] = Σ_b coefficients[r, b] voltages[sources[j], b] over the first `count` lanes: four rows and two sources at a
 * time.
 *
 * @param coefficientLanes numbers from one row's coefficients to the next one's
 * @param sources 0 where source j is neuron j
 */
export function gradients(
  coefficients: usize, coefficientLanes: i32, sources: usize, inputs: i32, voltages: usize, lanes: i32, count: i32, gradient: usize, rows: i32,
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
    for (let j = 0; j < inputs; j += 2) {
      const next = min(j + 1, inputs - 1);
      const left = at(voltages, (sources ? load<i32>(at(sources, j)) : j) * lanes);
      const right = at(voltages, (sources ? load<i32>(at(sources, next)) : next) * lanes);
      let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
      for (let i: usize = 0; i < whole; i += FOUR) {
        const a = v128.load(left + i);
        const b = v128.load(right + i);
        let c = v128.load(c0 + i);
        a0 = f32x4.add(a0, f32x4.mul(c, a));
        b0 = f32x4.add(b0, f32x4.mul(c, b));
        c = v128.load(c1 + i);
        a1 = f32x4.add(a1, f32x4.mul(c, a));
        b1 = f32x4.add(b1, f32x4.mul(c, b));
        c = v128.load(c2 + i);
        a2 = f32x4.add(a2, f32x4.mul(c, a));
        b2 = f32x4.add(b2, f32x4.mul(c, b));
        c = v128.load(c3 + i);
        a3 = f32x4.add(a3, f32x4.mul(c, a));
        b3 = f32x4.add(b3, f32x4.mul(c, b));
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
      const g0 = at(gradient, row * inputs + j);
      const g1 = at(gradient, row1 * inputs + j);
      const g2 = at(gradient, row2 * inputs + j);
      const g3 = at(gradient, row3 * inputs + j);
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
