/** Decayed traces end here: denormal numbers are slow, and as good as nothing. */
const SMALLEST = 1e-30;

/**
 * trace ← kept · trace + increment, an eligibility trace; then increment ← δ · trace, the way a weight is to go.
 *
 * @param kept γλ, or 0 where an episode starts
 * @returns |trace|_1
 */
export function followTrace(trace: Float32Array, increment: Float32Array, kept: number, tdError: number): number {
  let sum = 0;
  for (let i = 0; i < trace.length; i += 1) {
    trace[i] = kept * trace[i] + increment[i];
    if (Math.abs(trace[i]) < SMALLEST) trace[i] = 0;
    sum += Math.abs(trace[i]);
    increment[i] = tdError * trace[i];
  }
  return sum;
}
