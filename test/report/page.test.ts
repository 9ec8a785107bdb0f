import test from 'ava';
import fc from 'fast-check';

import { lineChart } from '../../src/report/line-chart.js';
import { reportPage, type Page } from '../../src/report/page.js';

const series = [{ name: 's', points: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }];
const picture = await lineChart({ title: 'curve', x: 'x', y: 'y', panels: [{ title: '', series }] });

const page = (text: string): Page => ({
  title: text,
  lead: text,
  sections: [
    { title: text, paragraphs: [text, text], note: text },
    { title: text, table: { columns: [{ name: text }, { name: text, numeric: true }], rows: [[text, 1], [text, text]] }, picture },
    { title: text, picture },
  ],
});

const tags = (html: string) => html.match(/<[^>]*>/g);

test('a page holds its texts, tables and pictures', (t) => {
  const table = { columns: [{ name: 'rule' }, { name: 'return', numeric: true }], rows: [['ddpg', -151.2345]] };
  const section = { title: 'Returns', paragraphs: ['One.', 'Two.'], table, picture, note: 'five seeds' };
  const html = reportPage({ title: 'Rules', lead: 'Which learns?', sections: [section] });
  t.true(html.startsWith('<!doctype html>\n<html lang="en">'));
  for (const part of [
    '<title>Rules</title>',
    '<h1>Rules</h1>',
    '<p class="lead">Which learns?</p>',
    '<h2>Returns</h2>\n<p>One.</p>\n<p>Two.</p>',
    '<th scope="col">rule</th><th scope="col" class="numeric">return</th>',
    '<tr><td>ddpg</td><td class="numeric">-151.2</td></tr>',
    '<p class="note">five seeds</p>',
  ])
    t.true(html.includes(part), part);
  t.is(html.split('<figure><svg ').length, 2);
});

test('no text of a page becomes markup', (t) => {
  const expected = tags(reportPage(page('plain')));
  const known = fc.constantFrom('<script>alert(1)</script>', '</title>', '-->', '"><img src=x>', '&lt;');
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[<>&"'/a-c =]{0,20}$/), known);
  fc.assert(
    fc.property(hostile, (text) => {
      t.deepEqual(tags(reportPage(page(text))), expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('text is shown as it was given', (t) => {
  t.true(reportPage(page('a < b & "c" \'d\'')).includes('<h1>a &lt; b &amp; &quot;c&quot; &#39;d&#39;</h1>'));
});

test('a page fetches nothing and runs nothing', (t) => {
  const html = reportPage(page('text')).replaceAll(/ xmlns(:\w+)?="[^"]*"/g, '');
  t.notRegex(html, /https?:|\/\/|<script|@import|\son\w+=/i);
  for (const [, value] of html.matchAll(/\s(?:src|href|xlink:href)="([^"]*)"/g)) t.regex(value, /^(#|data:,$)/);
  for (const [, target] of html.matchAll(/url\(([^)]*)\)/g)) t.regex(target, /^#/);
});

test('the ids of several pictures on a page are distinct, and pointers lead to their own picture', (t) => {
  const withIds = '<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="clip1"/><g clip-path="url(#clip1)"/></svg>';
  const html = reportPage({ title: 't', lead: 'l', sections: [{ title: 'a', picture: withIds }, { title: 'b', picture: withIds }] });
  t.deepEqual([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id), ['picture1-1', 'picture2-1']);
  t.deepEqual([...html.matchAll(/url\(#([^)]*)\)/g)].map(([, id]) => id), ['picture1-1', 'picture2-1']);
});

test('other things than pictures, and rows that do not fit their table, are refused', (t) => {
  const refused = (section: object, message: string) =>
    t.throws(() => reportPage({ title: 't', lead: 'l', sections: [{ title: 's', ...section }] }), { instanceOf: RangeError, message });
  refused({ picture: '<script>' }, '"sections[0].picture" expected an SVG picture, got "<script>"');
  refused({ table: { columns: [{ name: 'a' }], rows: [['x'], ['x', 1]] } }, '"sections[0].table.rows[1]" expected one cell for each of 1 columns, got 2');
});
