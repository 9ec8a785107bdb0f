import test from 'ava';
import fc from 'fast-check';

import { createPalette } from '../../src/report/palette.js';
import { extent, spread } from '../../src/report/panels.js';
import { textWidth, wrapText } from '../../src/report/text.js';

const SLACK = 1e-6;

test('labels move apart as little as they can, and stay in order and in the room', (t) => {
  t.deepEqual(spread([50, 100], [10, 10], 200), [50, 100]);
  t.deepEqual(spread([100, 50, 101], [10, 10, 20], 200), [93, 50, 108]); // 15 apart, around their mean
  t.deepEqual(spread([0, 0], [10, 10], 200), [5, 15]);
  t.deepEqual(spread([200, 198], [10, 10], 200), [195, 185]);
  t.deepEqual(spread([], [], 200), []);
});

test('labels never overlap, and stay in the room where there is room', (t) => {
  const label = fc.record({ wanted: fc.double({ min: 0, max: 300, noNaN: true }), size: fc.integer({ min: 1, max: 30 }) });
  const labels = fc.array(label, { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(labels, (all) => {
      const places = spread(all.map(({ wanted }) => wanted), all.map(({ size }) => size), 300);
      const boxes = all.map(({ wanted, size }, i) => ({ wanted, low: places[i] - size / 2, high: places[i] + size / 2 }));
      boxes.sort((a, b) => a.low - b.low);
      boxes.forEach(({ low, high, wanted }, i) => {
        t.true(low >= -SLACK && high <= 300 + SLACK);
        if (i > 0) t.true(low >= boxes[i - 1].high - SLACK && wanted >= boxes[i - 1].wanted);
      });
    }),
    { seed: 1 },
  );
});

test('text is measured with the widths of Helvetica', (t) => {
  const measured = { 'environment steps': 98.05, 'DDPG, published: −152': 126.41, 'mean return of 20 episodes': 146.09 }; // 12 pixels
  for (const [text, width] of Object.entries(measured)) t.true(Math.abs(textWidth(text, 12) / width - 1) < 0.02, text);
  t.true(Math.abs(textWidth('Learning curves', 17, true) / 131.33 - 1) < 0.02);
  t.is(textWidth('漢字', 10), 20);
});

test('wrapped lines fit, hold every word, and are as few as can be', (t) => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Z]{1,12}$/), { maxLength: 20 }), fc.integer({ min: 20, max: 400 }), (words, width) => {
      const wrapped = wrapText(words.join(' '), width, 12);
      t.deepEqual(wrapped.join(' '), words.join(' '));
      wrapped.forEach((line, i) => {
        t.true(!line.includes(' ') || textWidth(line, 12) <= width);
        const [next] = (wrapped.at(i + 1) ?? '').split(' ');
        if (i + 1 < wrapped.length) t.true(textWidth(`${line} ${next}`, 12) > width);
      });
    }),
    { seed: 1 },
  );
});

test('the extent holds all finite values, with a margin', (t) => {
  t.deepEqual(extent([3, NaN, 1, Infinity], 0), [1, 3]);
  t.deepEqual(extent([0, 10], 0.1), [-1, 11]);
  t.deepEqual(extent([20], 0), [19, 21]);
  t.deepEqual(extent([0, 0], 0), [-1, 1]);
  t.is(extent([NaN], 0), undefined);
});

test('each name has one look, in the order of first appearance', (t) => {
  const { names, colours, dashes } = createPalette(['b', 'a', 'b', 'c']);
  t.deepEqual(names, ['b', 'a', 'c']);
  t.is(new Set(colours).size, 3);
  t.is(dashes.length, 3);
  const many = createPalette(Array.from({ length: 32 }, (_, i) => `${i}`));
  t.is(new Set(many.colours.map((colour, i) => `${colour} ${many.dashes[i].join()}`)).size, 32);
});
