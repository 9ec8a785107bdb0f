import test from 'ava';
import fc from 'fast-check';

import { createArena } from '../../src/memory/arena.js';
import { controlBlocks } from '../../src/memory/control.js';
import { attachExtremeTree, extremeTreeBlock } from '../../src/replay/extreme-tree.js';
import { attachSumTree, sumTreeBlock } from '../../src/replay/sum-tree.js';

function sumTree(leaves: readonly number[]) {
  const tree = attachSumTree(createArena([...controlBlocks(1), sumTreeBlock('tree', leaves.length)]), 'tree', leaves.length);
  leaves.forEach((value, leaf) => { tree.set(leaf, value); });
  return tree;
}

function leavesAt(tree: ReturnType<typeof sumTree>, masses: readonly number[]): number[] {
  const found = new Int32Array(masses.length);
  tree.find(Float64Array.from(masses), found);
  return [...found];
}

test('trees of any size return the leaf of a prefix mass', (t) => {
  for (const size of [3, 5, 8, 9, 64, 65, 1000]) {
    const tree = sumTree(new Array<number>(size).fill(1));
    t.deepEqual(leavesAt(tree, [0.5, 1.5, 2.5]), [0, 1, 2], `${size} leaves`);
    t.is(leavesAt(tree, [size - 0.5])[0], size - 1);
    t.is(tree.total(), size);
  }
  t.deepEqual(leavesAt(sumTree([1]), [0.5]), [0]);
});

const leaves = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 200 }).filter((values) => values.some((value) => value > 0));

test('the leaf of a mass is that of a linear scan, after any changes', (t) => {
  fc.assert(
    fc.property(leaves, fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 50 }))), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (values, changes, fraction) => {
      const now = [...values];
      const tree = sumTree(values);
      for (const [leaf, value] of changes) {
        now[leaf % now.length] = value;
        tree.set(leaf % now.length, value);
      }
      const total = now.reduce((sum, value) => sum + value, 0);
      t.is(tree.total(), total); // whole numbers: exact
      const mass = Math.floor(fraction * total);
      let before = 0;
      const wanted = now.findIndex((value) => (before += value) > mass);
      t.is(leavesAt(tree, [mass])[0], wanted);
      const last = leavesAt(tree, [total * (1 + 1e-9)])[0];
      t.true(now[last] > 0, 'a mass beyond the total falls on a leaf that is not 0');
    }),
    { seed: 1, numRuns: 400 },
  );
});

test('sums do not drift: a million changes leave those of a new tree', (t) => {
  const size = 300;
  const tree = sumTree(new Array<number>(size).fill(0.1));
  let state = 1;
  const now = new Array<number>(size).fill(0.1);
  for (let i = 0; i < 1_000_000; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = (state >>> 8) / 2 ** (i % 40);
    now[state % size] = value;
    tree.set(state % size, value);
  }
  const before = tree.total();
  t.is(before, sumTree(now).total());
  tree.rebuild();
  t.is(tree.total(), before);
});

test('the greatest of a tree is that of a list, and its leaf the first that has it', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 400 }), fc.array(fc.tuple(fc.nat(399), fc.integer({ min: 0, max: 30 })), { maxLength: 30 }), (values, changes) => {
      const now = [...values];
      const tree = attachExtremeTree(createArena([...controlBlocks(1), extremeTreeBlock('tree', now.length)]), 'tree', now.length);
      now.forEach((value, leaf) => { tree.set(leaf, value); });
      for (const [leaf, value] of changes) {
        now[leaf % now.length] = value;
        tree.set(leaf % now.length, value);
      }
      const greatest = now.reduce((most, value) => Math.max(most, value), 0);
      t.is(tree.greatest(), greatest);
      t.is(tree.leaf(), now.indexOf(greatest));
      tree.rebuild();
      t.is(tree.leaf(), now.indexOf(greatest));
    }),
    { seed: 1, numRuns: 200 },
  );
});
