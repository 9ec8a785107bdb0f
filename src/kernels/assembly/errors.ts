/** TD errors of neurons that share nothing but the reward. */
import { putSome, some } from './elementwise';

const NUMBER: usize = 4;
const FOUR: usize = 16;

/** r + γ (v' + θ' a') - v - θ a of four transitions, over their number. */
// @ts-ignore: decorator
@inline
function share(reward: v128, discounts: v128, value: v128, nextValue: v128, slope: v128, targetSlope: v128, action: v128, next: v128, scale: v128): v128 {
  const successor = f32x4.add(nextValue, f32x4.mul(targetSlope, next));
  const judged = f32x4.add(value, f32x4.mul(slope, action));
  return f32x4.mul(scale, f32x4.sub(f32x4.add(reward, f32x4.mul(discounts, successor)), judged));
}

/**
 * error[r, b] = (reward[b] + discounts[b] (values[r, size + b] + θ'_r next[r, size + b]) - values[r, b] - θ_r acted[r, b]) / size, and
 * gradient_r = Σ_b error[r, b] acted[r, b]; θ_r, θ'_r and gradient_r are the last of `stride` numbers of each row.
 *
 * @returns the first row one of whose errors is not finite, or -1
 */
export function ownErrors(
  rows: i32, size: i32, stride: i32, critic: usize, target: usize, values: usize, acted: usize, next: usize,
  reward: usize, discounts: usize, error: usize, gradient: usize,
): i32 {
  const scale = f32x4.splat(1 / <f32>size);
  const row = (<usize>size) * NUMBER;
  const last = (<usize>(stride - 1)) * NUMBER;
  let bad = -1;
  for (let r = 0; r < rows; r += 1) {
    const slope = v128.load32_splat(critic + last);
    const targetSlope = v128.load32_splat(target + last);
    let sum = f32x4.splat(0), nothing = sum; // stays so where all are finite: 0 · ∞ and 0 · NaN are NaN
    const whole = (<usize>(size & ~3)) * NUMBER;
    for (let i: usize = 0; i < whole; i += FOUR) {
      const action = v128.load(acted + i);
      const d = share(v128.load(reward + i), v128.load(discounts + i), v128.load(values + i), v128.load(values + row + i), slope, targetSlope, action, v128.load(next + row + i), scale);
      v128.store(error + i, d);
      sum = f32x4.add(sum, f32x4.mul(d, action));
      nothing = f32x4.add(nothing, f32x4.mul(d, f32x4.splat(0)));
    }
    const left = size & 3;
    if (left > 0) {
      const action = some(acted + whole, left);
      const d = share(
        some(reward + whole, left), some(discounts + whole, left), some(values + whole, left), some(values + row + whole, left), slope, targetSlope, action, some(next + row + whole, left), scale,
      );
      putSome(error + whole, d, left);
      sum = f32x4.add(sum, f32x4.mul(d, action)); // its action is 0 where there is none
      nothing = f32x4.add(nothing, f32x4.mul(d, f32x4.splat(0)));
    }
    store<f32>(gradient + last, (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)));
    if (bad < 0 && v128.any_true(f32x4.ne(nothing, nothing))) bad = r;
    critic += last + NUMBER;
    target += last + NUMBER;
    gradient += last + NUMBER;
    values += 2 * row;
    next += 2 * row;
    acted += row;
    error += row;
  }
  return bad;
}
