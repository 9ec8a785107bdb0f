/** What is done number by number: activations, their slopes, and the steps of the optimisers. */

const NUMBER: usize = 4;
const FOUR: usize = 16;

/** Beyond ±9 tanh is ±1 to the last bit but one. */
const SATURATED: f32 = 9;

/** Coefficients of P and Q, by the power of x²; that of Q without one is 1. */
const P4: f32 = 1.3354638249804733e-8;
const P3: f32 = 0.00002060906388808214;
const P2: f32 = 0.0034955869463279654;
const P1: f32 = 0.13381024634591565;
const P0: f32 = 0.9999999794766905;
const Q4: f32 = 7.776548288763193e-7;
const Q3: f32 = 0.00032856329266427945;
const Q2: f32 = 0.025876977662392178;
const Q1: f32 = 0.4671434023238233;

/**
 * tanh(x) = x P(x²) / Q(x²) for |x| ≤ 9, both of fourth order, fitted to the least largest relative error, 2e-8; in single precision 4e-7.
 */
// @ts-ignore: decorator
@inline
function hyperbolicTangent(x: v128): v128 {
  const bound = f32x4.splat(SATURATED);
  const z = f32x4.pmax(f32x4.pmin(x, bound), f32x4.neg(bound));
  const t = f32x4.mul(z, z);
  let p = f32x4.splat(P4);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(P3));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(P2));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(P1));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(P0));
  let q = f32x4.splat(Q4);
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(Q3));
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(Q2));
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(Q1));
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(1));
  const one = f32x4.splat(1);
  return f32x4.pmax(f32x4.pmin(f32x4.div(f32x4.mul(z, p), q), one), f32x4.neg(one));
}

/**
 * The same of sixteen numbers at once: V8 makes a constant anew wherever it is used, which takes as long as using it, and here four vectors share each (6.8 → 5.8 µs
 * for 8,192 numbers, Zen 4, Node 20).
 *
 * @returns zeros where all numbers are finite, else NaN among them
 */
// @ts-ignore: decorator
@inline
function sixteenTangents(from: usize, to: usize): v128 {
  const x0 = v128.load(from), x1 = v128.load(from, 1 * FOUR), x2 = v128.load(from, 2 * FOUR), x3 = v128.load(from, 3 * FOUR);
  let c = f32x4.splat(SATURATED), d = f32x4.splat(-SATURATED);
  const z0 = f32x4.pmax(f32x4.pmin(x0, c), d), z1 = f32x4.pmax(f32x4.pmin(x1, c), d), z2 = f32x4.pmax(f32x4.pmin(x2, c), d), z3 = f32x4.pmax(f32x4.pmin(x3, c), d);
  const t0 = f32x4.mul(z0, z0), t1 = f32x4.mul(z1, z1), t2 = f32x4.mul(z2, z2), t3 = f32x4.mul(z3, z3);
  c = f32x4.splat(P4);
  let p0 = f32x4.mul(c, t0), p1 = f32x4.mul(c, t1), p2 = f32x4.mul(c, t2), p3 = f32x4.mul(c, t3);
  c = f32x4.splat(P3);
  p0 = f32x4.mul(f32x4.add(p0, c), t0);
  p1 = f32x4.mul(f32x4.add(p1, c), t1);
  p2 = f32x4.mul(f32x4.add(p2, c), t2);
  p3 = f32x4.mul(f32x4.add(p3, c), t3);
  c = f32x4.splat(P2);
  p0 = f32x4.mul(f32x4.add(p0, c), t0);
  p1 = f32x4.mul(f32x4.add(p1, c), t1);
  p2 = f32x4.mul(f32x4.add(p2, c), t2);
  p3 = f32x4.mul(f32x4.add(p3, c), t3);
  c = f32x4.splat(P1);
  p0 = f32x4.mul(f32x4.add(p0, c), t0);
  p1 = f32x4.mul(f32x4.add(p1, c), t1);
  p2 = f32x4.mul(f32x4.add(p2, c), t2);
  p3 = f32x4.mul(f32x4.add(p3, c), t3);
  c = f32x4.splat(P0);
  p0 = f32x4.mul(z0, f32x4.add(p0, c));
  p1 = f32x4.mul(z1, f32x4.add(p1, c));
  p2 = f32x4.mul(z2, f32x4.add(p2, c));
  p3 = f32x4.mul(z3, f32x4.add(p3, c));
  c = f32x4.splat(Q4);
  let q0 = f32x4.mul(c, t0), q1 = f32x4.mul(c, t1), q2 = f32x4.mul(c, t2), q3 = f32x4.mul(c, t3);
  c = f32x4.splat(Q3);
  q0 = f32x4.mul(f32x4.add(q0, c), t0);
  q1 = f32x4.mul(f32x4.add(q1, c), t1);
  q2 = f32x4.mul(f32x4.add(q2, c), t2);
  q3 = f32x4.mul(f32x4.add(q3, c), t3);
  c = f32x4.splat(Q2);
  q0 = f32x4.mul(f32x4.add(q0, c), t0);
  q1 = f32x4.mul(f32x4.add(q1, c), t1);
  q2 = f32x4.mul(f32x4.add(q2, c), t2);
  q3 = f32x4.mul(f32x4.add(q3, c), t3);
  c = f32x4.splat(Q1);
  q0 = f32x4.mul(f32x4.add(q0, c), t0);
  q1 = f32x4.mul(f32x4.add(q1, c), t1);
  q2 = f32x4.mul(f32x4.add(q2, c), t2);
  q3 = f32x4.mul(f32x4.add(q3, c), t3);
  c = f32x4.splat(1);
  d = f32x4.neg(c);
  v128.store(to, f32x4.pmax(f32x4.pmin(f32x4.div(p0, f32x4.add(q0, c)), c), d));
  v128.store(to, f32x4.pmax(f32x4.pmin(f32x4.div(p1, f32x4.add(q1, c)), c), d), 1 * FOUR);
  v128.store(to, f32x4.pmax(f32x4.pmin(f32x4.div(p2, f32x4.add(q2, c)), c), d), 2 * FOUR);
  v128.store(to, f32x4.pmax(f32x4.pmin(f32x4.div(p3, f32x4.add(q3, c)), c), d), 3 * FOUR);
  return f32x4.add(f32x4.add(f32x4.sub(x0, x0), f32x4.sub(x1, x1)), f32x4.add(f32x4.sub(x2, x2), f32x4.sub(x3, x3)));
}

/** σ of four weighted inputs: tanh (0), relu (1), linear (3). */
// @ts-ignore: decorator
@inline
function activated(kind: i32, z: v128): v128 {
  if (kind == 0) return hyperbolicTangent(z);
  if (kind == 1) return f32x4.pmax(f32x4.splat(0), z);
  return z;
}

/** σ' from four voltages: tanh (0), relu (1), logistic (2), linear (3). */
// @ts-ignore: decorator
@inline
function slope(kind: i32, v: v128): v128 {
  const one = f32x4.splat(1);
  if (kind == 0) return f32x4.sub(one, f32x4.mul(v, v));
  if (kind == 1) return v128.and(f32x4.gt(v, f32x4.splat(0)), one);
  if (kind == 2) return f32x4.mul(v, f32x4.sub(one, v));
  return one;
}

/** The first `count` of the four numbers at `from`; the others are zeros. */
// @ts-ignore: decorator
@inline
export function some(from: usize, count: i32): v128 {
  let x = v128.load32_zero(from);
  if (count > 1) x = v128.load32_lane(from + NUMBER, x, 1);
  if (count > 2) x = v128.load32_lane(from + 2 * NUMBER, x, 2);
  return x;
}

// @ts-ignore: decorator
@inline
export function putSome(to: usize, x: v128, count: i32): void {
  v128.store32_lane(to, x, 0);
  if (count > 1) v128.store32_lane(to + NUMBER, x, 1);
  if (count > 2) v128.store32_lane(to + 2 * NUMBER, x, 2);
}

/**
 * voltages[r, b] = σ(weightedInputs[r, b]) for `rows` rows of `lanes` numbers each, of which the lanes from the addresses on are used.
 *
 * @returns the first row one of whose weighted inputs is not finite, or -1
 */
export function activate(kind: i32, weightedInputs: usize, voltages: usize, rows: i32, lanes: i32, count: i32): i32 {
  if (kind == 1) return activateRows(1, weightedInputs, voltages, rows, lanes, count);
  return activateRows(kind, weightedInputs, voltages, rows, lanes, count);
}

/** Inlined for relu, so that nothing is asked within its loop: 1.5 times as fast. tanh is slower that way (Node 20). */
// @ts-ignore: decorator
@inline
function activateRows(kind: i32, weightedInputs: usize, voltages: usize, rows: i32, lanes: i32, count: i32): i32 {
  let bad = -1;
  const stride = (<usize>lanes) * NUMBER;
  for (let row = 0; row < rows; row += 1) {
    let z = weightedInputs + (<usize>row) * stride;
    let v = voltages + (<usize>row) * stride;
    let nothing = f32x4.splat(0); // stays so where all are finite: ∞ - ∞ and NaN - NaN are NaN
    let left = count;
    if (kind == 0) {
      for (; left >= 16; left -= 16) {
        nothing = f32x4.add(nothing, sixteenTangents(z, v));
        z += 4 * FOUR;
        v += 4 * FOUR;
      }
    }
    for (; left >= 4; left -= 4) {
      const x = v128.load(z);
      nothing = f32x4.add(nothing, f32x4.sub(x, x));
      v128.store(v, activated(kind, x));
      z += FOUR;
      v += FOUR;
    }
    if (left > 0) {
      const x = some(z, left);
      nothing = f32x4.add(nothing, f32x4.sub(x, x));
      putSome(v, activated(kind, x), left);
    }
    if (bad < 0 && v128.any_true(f32x4.ne(nothing, nothing))) bad = row;
  }
  return bad;
}

/** coefficients[r, b] = scale · σ'(voltages[r, b]) · factors[r, b] for the first `count` lanes of each row. */
export function multiplySlopes(kind: i32, factors: usize, coefficients: usize, coefficientLanes: i32, voltages: usize, lanes: i32, rows: i32, count: i32, scale: f32): void {
  if (kind == 0) slopesOfRows(0, factors, coefficients, coefficientLanes, voltages, lanes, rows, count, scale);
  else if (kind == 1) slopesOfRows(1, factors, coefficients, coefficientLanes, voltages, lanes, rows, count, scale);
  else slopesOfRows(kind, factors, coefficients, coefficientLanes, voltages, lanes, rows, count, scale);
}

// @ts-ignore: decorator
@inline
function slopesOfRows(kind: i32, factors: usize, coefficients: usize, coefficientLanes: i32, voltages: usize, lanes: i32, rows: i32, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row += 1) {
    let f = factors + (<usize>(row * coefficientLanes)) * NUMBER;
    let c = coefficients + (<usize>(row * coefficientLanes)) * NUMBER;
    let v = voltages + (<usize>(row * lanes)) * NUMBER;
    let left = count;
    for (; left >= 4; left -= 4) {
      v128.store(c, f32x4.mul(v128.load(f), f32x4.mul(factor, slope(kind, v128.load(v)))));
      f += FOUR;
      c += FOUR;
      v += FOUR;
    }
    if (left > 0) putSome(c, f32x4.mul(some(f, left), f32x4.mul(factor, slope(kind, some(v, left)))), left);
  }
}

/** products = x_i x_j for rows i of `begin..end` and j < i, and x_i² / 2; `count` numbers each, row after row. */
export function pairProducts(x: usize, lanes: i32, begin: i32, end: i32, count: i32, products: usize): void {
  const stride = (<usize>lanes) * NUMBER;
  const row = (<usize>count) * NUMBER;
  for (let i = begin; i < end; i += 1) {
    const own = x + (<usize>i) * stride;
    for (let other = x; other < own; other += stride) {
      multiply(own, other, count, products);
      products += row;
    }
    multiply(own, own, count, products);
    halve(products, count);
    products += row;
  }
}

/** to[b] = x[b] y[b] */
// @ts-ignore: decorator
@inline
function multiply(x: usize, y: usize, count: i32, to: usize): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(to, f32x4.mul(v128.load(x), v128.load(y)));
    v128.store(to, f32x4.mul(v128.load(x, FOUR), v128.load(y, FOUR)), FOUR);
    v128.store(to, f32x4.mul(v128.load(x, 2 * FOUR), v128.load(y, 2 * FOUR)), 2 * FOUR);
    v128.store(to, f32x4.mul(v128.load(x, 3 * FOUR), v128.load(y, 3 * FOUR)), 3 * FOUR);
    x += 4 * FOUR;
    y += 4 * FOUR;
    to += 4 * FOUR;
  }
  for (; left > 0; left -= 1) {
    store<f32>(to, load<f32>(x) * load<f32>(y));
    x += NUMBER;
    y += NUMBER;
    to += NUMBER;
  }
}

function halve(numbers: usize, count: i32): void {
  for (const last = numbers + (<usize>count) * NUMBER; numbers < last; numbers += NUMBER) store<f32>(numbers, <f32>0.5 * load<f32>(numbers));
}

/** to[i] = from[i]; the two do not overlap. */
export function copy(from: usize, to: usize, count: i32): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, FOUR), FOUR);
    v128.store(to, v128.load(from, 2 * FOUR), 2 * FOUR);
    v128.store(to, v128.load(from, 3 * FOUR), 3 * FOUR);
    from += 4 * FOUR;
    to += 4 * FOUR;
  }
  for (; left > 0; left -= 1) {
    store<f32>(to, load<f32>(from));
    from += NUMBER;
    to += NUMBER;
  }
}

/** sum[b] += factor · voltages[b]. */
export function addScaled(factor: f32, voltages: usize, sum: usize, count: i32): void {
  const scale = f32x4.splat(factor);
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(scale, v128.load(voltages))));
    sum += FOUR;
    voltages += FOUR;
  }
  if (left > 0) putSome(sum, f32x4.add(some(sum, left), f32x4.mul(scale, some(voltages, left))), left);
}

/**
 * The same of `rows` rows, one after another, that each have a factor of their own.
 *
 * @param offset how long each row is: from one of these numbers to the next; [rows + 1]
 */
export function addScaledRows(offset: usize, rows: i32, factors: usize, numbers: usize, sum: usize): void {
  for (let row = 0; row < rows; row += 1) {
    const count = load<i32>(offset, NUMBER) - load<i32>(offset);
    addScaled(load<f32>(factors), numbers, sum, count);
    numbers += (<usize>count) * NUMBER;
    sum += (<usize>count) * NUMBER;
    factors += NUMBER;
    offset += NUMBER;
  }
}

/** target += τ (values - target). */
export function softUpdate(values: usize, target: usize, count: i32, tau: f32): void {
  const rate = f32x4.splat(tau);
  let left = count;
  for (; left >= 4; left -= 4) {
    const t = v128.load(target);
    v128.store(target, f32x4.add(t, f32x4.mul(rate, f32x4.sub(v128.load(values), t))));
    values += FOUR;
    target += FOUR;
  }
  if (left > 0) {
    const t = some(target, left);
    putSome(target, f32x4.add(t, f32x4.mul(rate, f32x4.sub(some(values, left), t))), left);
  }
}

/** Zero where a number is smaller than `least`: denormal numbers are slow. What is no number stays. */
// @ts-ignore: decorator
@inline
export function flushed(x: v128, least: f32): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(least)));
}

/** One ascent step of Adam on `count` numbers; `scale` is η / (1 - β₁ᵗ), `correction` 1 / (1 - β₂ᵗ). */
export function adam(
  values: usize, gradient: usize, first: usize, second: usize, count: i32,
  beta1: f32, beta2: f32, epsilon: f32, scale: f32, correction: f32, leastFirst: f32, leastSecond: f32,
): void {
  const rate1 = f32x4.splat(1 - beta1);
  const rate2 = f32x4.splat(1 - beta2);
  let left = count;
  for (; left >= 4; left -= 4) {
    const g = v128.load(gradient);
    const m = firstMoment(v128.load(first), g, rate1, leastFirst);
    const s = secondMoment(v128.load(second), g, rate2, leastSecond);
    v128.store(first, m);
    v128.store(second, s);
    v128.store(values, f32x4.add(v128.load(values), ascent(m, s, scale, correction, epsilon)));
    gradient += FOUR;
    first += FOUR;
    second += FOUR;
    values += FOUR;
  }
  if (left > 0) {
    const g = some(gradient, left);
    const m = firstMoment(some(first, left), g, rate1, leastFirst);
    const s = secondMoment(some(second, left), g, rate2, leastSecond);
    putSome(first, m, left);
    putSome(second, s, left);
    putSome(values, f32x4.add(some(values, left), ascent(m, s, scale, correction, epsilon)), left);
  }
}

/** One ascent step of RMSProp on `count` numbers: s ← s + rate (g² - s), values ← values + η g / √(s + ε). */
export function rmsprop(values: usize, gradient: usize, second: usize, count: i32, rate: f32, decay: f32, epsilon: f32, least: f32): void {
  const scale = f32x4.splat(rate);
  const rate2 = f32x4.splat(1 - decay);
  const inside = f32x4.splat(epsilon);
  let left = count;
  for (; left >= 4; left -= 4) {
    const g = v128.load(gradient);
    const s = secondMoment(v128.load(second), g, rate2, least);
    v128.store(second, s);
    v128.store(values, f32x4.add(v128.load(values), f32x4.div(f32x4.mul(scale, g), f32x4.sqrt(f32x4.add(s, inside)))));
    gradient += FOUR;
    second += FOUR;
    values += FOUR;
  }
  if (left > 0) {
    const g = some(gradient, left);
    const s = secondMoment(some(second, left), g, rate2, least);
    putSome(second, s, left);
    putSome(values, f32x4.add(some(values, left), f32x4.div(f32x4.mul(scale, g), f32x4.sqrt(f32x4.add(s, inside)))), left);
  }
}

/** One ascent step with momentum on `count` numbers: m ← μ m + g, values ← values + η m. */
export function momentum(values: usize, gradient: usize, first: usize, count: i32, rate: f32, kept: f32, least: f32): void {
  const scale = f32x4.splat(rate);
  const factor = f32x4.splat(kept);
  let left = count;
  for (; left >= 4; left -= 4) {
    const m = flushed(f32x4.add(f32x4.mul(factor, v128.load(first)), v128.load(gradient)), least);
    v128.store(first, m);
    v128.store(values, f32x4.add(v128.load(values), f32x4.mul(scale, m)));
    gradient += FOUR;
    first += FOUR;
    values += FOUR;
  }
  if (left > 0) {
    const m = flushed(f32x4.add(f32x4.mul(factor, some(first, left)), some(gradient, left)), least);
    putSome(first, m, left);
    putSome(values, f32x4.add(some(values, left), f32x4.mul(scale, m)), left);
  }
}

/** Σ numbers², in four sums of every fourth number, which are added from the first to the last. */
export function squareSum(numbers: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  let left = count;
  for (; left >= 4; left -= 4) {
    const x = v128.load(numbers);
    sum = f32x4.add(sum, f32x4.mul(x, x));
    numbers += FOUR;
  }
  if (left > 0) {
    const x = some(numbers, left);
    sum = f32x4.add(sum, f32x4.mul(x, x));
  }
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}

// @ts-ignore: decorator
@inline
function firstMoment(m: v128, g: v128, rate: v128, least: f32): v128 {
  return flushed(f32x4.add(m, f32x4.mul(rate, f32x4.sub(g, m))), least);
}

// @ts-ignore: decorator
@inline
function secondMoment(s: v128, g: v128, rate: v128, least: f32): v128 {
  return flushed(f32x4.add(s, f32x4.mul(rate, f32x4.sub(f32x4.mul(g, g), s))), least);
}

/** η m̂ / (√v̂ + ε). */
// @ts-ignore: decorator
@inline
function ascent(m: v128, s: v128, scale: f32, correction: f32, epsilon: f32): v128 {
  const root = f32x4.add(f32x4.sqrt(f32x4.mul(s, f32x4.splat(correction))), f32x4.splat(epsilon));
  return f32x4.div(f32x4.mul(f32x4.splat(scale), m), root);
}
