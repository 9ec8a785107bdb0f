import test from 'ava';

import { lineChart } from '../../src/report/line-chart.js';
import { stackPictures } from '../../src/report/stack.js';
import { xmlErrors } from './xml.js';

const picture = (title: string) => lineChart({ title, x: 'x', y: 'y', panels: [{ title: '', series: [{ name: 's', points: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }] }] });

test('a stack is as high as its pictures with the gaps between them, and as wide as the widest', (t) => {
  const stack = stackPictures(['<svg width="100" height="50"></svg>', '<svg width="80" height="20.5"></svg>'], 'both');
  t.regex(stack, /^<svg [^>]*width="100" height="82.5"/);
  t.regex(stack, /<svg y="0" width="100".*<svg y="62" width="80"/);
});

test('no two pictures of a stack share an id, and the whole is XML with a title', async (t) => {
  const clipped = '<svg width="9" height="9"><clipPath id="clip0"></clipPath><g clip-path="url(#clip0)"></g></svg>';
  const stack = stackPictures([clipped, await picture('one'), clipped], 'both & more');
  const ids = [...stack.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  t.true(ids.length >= 2);
  t.is(new Set(ids).size, ids.length);
  for (const id of ids.filter((each) => /^part[13]/.test(each))) t.true(stack.includes(`url(#${id})`));
  t.true(stack.includes('<title>both &amp; more</title>') && stack.includes('<title>one</title>'));
  t.deepEqual(xmlErrors(stack), []);
});

test('an error about an argument that is no picture names its place', (t) => {
  t.throws(() => stackPictures(['<svg width="1" height="1"></svg>', '<p>'], 'both'), { message: /^"pictures\[1\]" expected an SVG picture with width and height, got "<p>"$/ });
});
