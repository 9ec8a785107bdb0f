import test from 'ava';
import fc from 'fast-check';

import { lastRow } from '../../src/replay/items.js';
import { createFilled, readOnce, type Step } from './fixture.js';

const BOOTSTRAP = 10;

/** R + Γ v of the first item after these steps and one more, which are shown only where no episode has ended. */
function target(steps: readonly Step[]): number {
  const filled = createFilled({}, { steps: 3, discount: 0.9 });
  for (const step of steps) filled.step(step);
  if (steps.every(({ end }) => end === undefined)) filled.step({ reward: 100 });
  const { return: sum, discount } = readOnce(filled, 0);
  return sum + discount * BOOTSTRAP;
}

const near = (actual: number, expected: number) => Math.abs(actual - expected) < 1e-6;

test('an item of three steps has the return, the discount and the bootstrap of hand-computed cases', (t) => {
  t.true(near(target([{ reward: 1 }, { reward: 2 }, { reward: 3 }]), 12.52));
  t.true(near(target([{ reward: 1 }, { reward: 2 }, { reward: 3, end: 'terminated' }]), 5.23));
  t.true(near(target([{ reward: 1 }, { reward: 2, end: 'terminated' }]), 2.8));
  t.true(near(target([{ reward: 1 }, { reward: 2, end: 'truncated' }]), 2.8 + 0.81 * BOOTSTRAP));
});

test('an item that is cut by the end of its episode has its number of steps, and bootstraps from the last observation', (t) => {
  const filled = createFilled({}, { steps: 3, discount: 0.5 });
  for (const step of [{ reward: 1 }, { reward: 1, end: 'truncated' }, { reward: 1 }] as const) filled.step(step);
  t.deepEqual([0, 1, 2, 3].map((row) => readOnce(filled, row).span), [2, 1, 0, 0]);
  t.is(filled.segments.observation[lastRow(filled.segments, 0, 2)], 2);
  t.is(readOnce(filled, 0).discount, 0.25);
});

const step = fc.record({ reward: fc.integer({ min: -9, max: 9 }), end: fc.constantFrom(undefined, undefined, undefined, 'terminated' as const, 'truncated' as const) });

/** Items as they are defined: of one episode, of n steps or up to its end, with all that they need stored and nothing overwritten. */
function expected(slots: readonly (Step | undefined)[], number: number, capacity: number, steps: number, discount: number) {
  if (number < slots.length - capacity || slots[number] === undefined) return { span: 0 };
  let sum = 0;
  for (let k = 0; k < steps; k += 1) {
    const slot = slots[number + k];
    if (slot === undefined || number + k + 1 >= slots.length) return { span: 0 };
    sum += discount ** k * slot.reward;
    if (slot.end === 'terminated') return { span: k + 1, return: sum, discount: 0 };
    if (slot.end === 'truncated') return { span: k + 1, return: sum, discount: discount ** (k + 1) };
  }
  return { span: steps, return: sum, discount: discount ** steps };
}

test('items are those of their definition, whatever the episodes, the capacity and the segment', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 8, max: 24 }), fc.integer({ min: 1, max: 5 }), (given, capacity, steps) => {
      const discount = 0.5;
      const filled = createFilled({ segments: 2, capacity }, { steps, discount });
      const slots: (Step | undefined)[] = [];
      for (const each of given) {
        filled.step(each, 1);
        slots.push(each);
        if (each.end !== undefined) slots.push(undefined);
      }
      for (let number = Math.max(0, slots.length - capacity); number < slots.length; number += 1) {
        const row = capacity + (number % capacity);
        const item = readOnce(filled, row);
        const wanted = expected(slots, number, capacity, steps, discount);
        t.is(item.span, wanted.span, `slot ${number}`);
        t.is(filled.segments.stamp(row), number);
        if (item.span > 0) {
          t.like(item, wanted);
          t.is(filled.segments.observation[lastRow(filled.segments, row, item.span)], (number + item.span) % 200);
        }
      }
      for (let row = 0; row < capacity; row += 1) t.is(readOnce(filled, row).span, 0); // the other segment is empty
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('observations are stored in the type of their space', (t) => {
  for (const [type, kept] of [['uint8', 7], ['float32', Math.fround(7.1)], ['float64', 7.1]] as const) {
    const filled = createFilled({ type }, { steps: 1, discount: 1 });
    filled.segments.observation[0] = 7.1;
    t.is(filled.segments.observation[0], kept);
    t.is(filled.segments.observation.constructor.name.toLowerCase(), `${type}array`);
  }
});
