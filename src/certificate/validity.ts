import { innerProduct, type Rows } from './agreement.js';

/** Whether a reference gradient exceeds its measurement noise. */
export interface Validity {
  /** ‖r̄‖, the length of the mean over minibatches. */
  readonly norm: number;
  /** Largest length that float32 rounding gives a gradient of 0. */
  readonly rounding: number;
  /** Standard error of r̄ over minibatches. */
  readonly sampling: number;
  /** Cosine between the means of every other minibatch and of the rest. */
  readonly splitHalf: number;
  /** ‖r̄‖ above its floor: `rounding`, and twice `sampling`. */
  readonly valid: boolean;
}

/** Relative error of one rounding to float32. */
const ROUNDING = 2 ** -24;

/**
 * If the true gradient is 0, E‖r̄‖² is the squared standard error; twice that length leaves at least three quarters of ‖r̄‖² to
 * the gradient, so that sampling alone keeps even a perfect estimate's expected cosine above √(3/4) = 0.87.
 *
 *   sampling² = (mean_m ‖r_m‖² - ‖r̄‖²) / (M - 1),   rounding = 2⁻²⁴ · roundings · ‖mean |∂Q/∂z| |v|‖
 *
 * @param rows the reference gradient on each minibatch
 * @param magnitude ‖mean |∂Q/∂z| |v|‖: the length if nothing cancelled
 * @param roundings how many times in a row a number is rounded on its way: twice per tick there and back
 */
export function judgeReference(rows: Rows, magnitude: number, roundings: number): Validity {
  const mean = meanOf(rows);
  const squared = innerProduct(mean, mean);
  const squares = rows.reduce((sum, row) => sum + innerProduct(row, row) / rows.length, 0);
  const sampling = Math.sqrt(Math.max(0, squares - squared) / (rows.length - 1));
  const rounding = ROUNDING * roundings * magnitude;
  const norm = Math.sqrt(squared);
  return { norm, rounding, sampling, splitHalf: splitHalf(rows), valid: norm > Math.max(rounding, 2 * sampling) };
}

function splitHalf(rows: Rows): number {
  const [even, odd] = [0, 1].map((parity) => meanOf(rows.filter((_, m) => m % 2 === parity)));
  const scale = Math.sqrt(innerProduct(even, even) * innerProduct(odd, odd));
  return scale > 0 ? innerProduct(even, odd) / scale : NaN;
}

function meanOf(rows: Rows): Float64Array {
  return Float64Array.from({ length: rows[0].length }, (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
}
