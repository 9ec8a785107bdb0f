import test from 'ava';

import { KERNEL_NAMES } from '../../src/kernels/kernels.js';
import { kernelFault } from '../../src/kernels/self-check.js';
import { createOptimiser } from '../../src/optimise/registry.js';
import { clipNorm } from '../../src/optimise/update.js';
import { kernelsOf } from '../kernels/fixture.js';

const none = new Float32Array(0);
const close = (actual: number, expected: number) => Math.abs(actual - expected) <= 1e-6;

for (const kernels of KERNEL_NAMES.filter((name) => kernelFault(name) === undefined).map(kernelsOf)) {
  const numbers = (...values: readonly number[]) => {
    const list = kernels.numbers(values.length);
    list.set(values);
    return list;
  };

  test(`${kernels.name}: two threads that share RMSProp's moment descend gradients 2 and -1 to .9465 and .9724`, (t) => {
    const optimiser = createOptimiser('rmsprop', kernels);
    const [values, second] = [numbers(1), numbers(0)];
    const step = (descended: number) => { optimiser.step({ values, second, first: none, target: none }, numbers(-descended), 0.01, 1); };
    step(2);
    t.true(close(second[0], 0.04) && close(values[0], 0.9465477516));
    step(-1);
    t.true(close(second[0], 0.0496) && close(values[0], 0.9724021361));
  });

  test(`${kernels.name}: a gradient that is far too long keeps its direction, and one that overflows float32's squares too`, (t) => {
    for (const size of [1, 1e6, 1e12, 1e25]) {
      const gradient = numbers(3 * size, -4 * size);
      t.true(Math.abs(clipNorm(kernels, gradient, 1e-4) / (5 * size) - 1) < 1e-6);
      t.true(Math.abs(gradient[0] / 6e-5 - 1) < 1e-5 && Math.abs(gradient[1] / -8e-5 - 1) < 1e-5, `${size}: ${gradient[0]}, ${gradient[1]}`);
    }
  });

  test(`${kernels.name}: momentum takes the last step again, times its constant`, (t) => {
    const optimiser = createOptimiser('momentum', kernels, { decay: 0, epsilon: 0, momentum: 0.5 });
    const [values, first] = [numbers(1, 0), numbers(0, 0)];
    for (const gradient of [2, 1]) optimiser.step({ values, first, second: none, target: none }, numbers(gradient, -gradient), 0.1, 1);
    t.true(close(values[0], 1 + 0.2 + 0.2) && close(values[1], -0.4) && first[0] === 2);
  });

  test(`${kernels.name}: a gradient of norm 5 is scaled to norm 2.5, and one within the limit is left alone`, (t) => {
    const gradient = numbers(3, 0, -4);
    t.is(clipNorm(kernels, gradient, 5), 5);
    t.deepEqual([...gradient], [3, 0, -4]);
    t.is(clipNorm(kernels, gradient, 2.5), 5);
    t.deepEqual([...gradient], [1.5, 0, -2]);
  });
}
