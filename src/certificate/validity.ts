import { productOfMeans, type Products } from './agreement.js';

/** Whether a reference gradient is more than the noise it was measured with. */
export interface Validity {
  /** ‖r̄‖, the length of the mean over minibatches. */
  readonly norm: number;
  /** What float32 may have made of a gradient that is 0. */
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
 * Where the gradient is 0 in truth, E‖r̄‖² is the squared standard error; twice that length leaves at least three quarters of ‖r̄‖² to
 * the gradient, so that sampling alone keeps even a perfect estimate's expected cosine above √(3/4) = 0.87.
 *
 *   sampling² = (mean_m ‖r_m‖² - ‖r̄‖²) / (M - 1),   rounding = 2⁻²⁴ · roundings · ‖mean |∂Q/∂z| |v|‖
 *
 * @param reference products of the reference gradients with one another
 * @param magnitude ‖mean |∂Q/∂z| |v|‖: the length if nothing cancelled
 * @param roundings how many times in a row a number is rounded on its way: twice per tick there and back
 */
export function judgeReference(reference: Products, magnitude: number, roundings: number): Validity {
  const size = Math.sqrt(reference.length);
  const all = new Float64Array(size).fill(1 / size);
  const squared = Math.max(0, productOfMeans(reference, all));
  let squares = 0;
  for (let m = 0; m < size; m += 1) squares += reference[m * size + m] / size;
  const sampling = Math.sqrt(Math.max(0, squares - squared) / (size - 1));
  const rounding = ROUNDING * roundings * magnitude;
  const norm = Math.sqrt(squared);
  return { norm, rounding, sampling, splitHalf: splitHalf(reference, size), valid: norm > Math.max(rounding, 2 * sampling) };
}

function splitHalf(products: Products, size: number): number {
  const [even, odd] = [0, 1].map((parity) => Float64Array.from({ length: size }, (_, m) => (m % 2 === parity ? 1 : 0)));
  const scale = Math.sqrt(productOfMeans(products, even) * productOfMeans(products, odd));
  return scale > 0 ? productOfMeans(products, even, odd) / scale : NaN;
}
