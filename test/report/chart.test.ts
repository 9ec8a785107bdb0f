import test from 'ava';
import fc from 'fast-check';

import { gridChart } from '../../src/report/grid-chart.js';
import { intervalChart, type IntervalChart } from '../../src/report/interval-chart.js';
import { lineChart, type LineChart } from '../../src/report/line-chart.js';
import { matrixChart, type MatrixChart } from '../../src/report/matrix-chart.js';
import { renumberIds } from '../../src/report/svg.js';
import { shownTexts, xmlErrors } from './xml.js';

const LONG = 'broadcast with frozen hidden rows and a name that needs more than a single line to be shown in full';

const lines: LineChart = {
  title: 'Learning curves',
  subtitle: 'mean of <5> seeds & its interval',
  x: 'environment steps',
  y: 'mean return',
  panels: [
    {
      title: 'Pendulum-v1',
      series: [
        { name: 'ddpg', points: [{ x: 0, y: -1200, low: -1300, high: -1100 }, { x: 1000, y: -152, low: -160, high: -140 }] },
        { name: LONG, points: [{ x: 0, y: -1200 }, { x: 500, y: NaN }, { x: 1000, y: -300 }] },
      ],
      references: [{ name: 'published', value: -152 }, { name: 'threshold', value: -160 }],
    },
    { title: 'CartPole-v1', series: [{ name: LONG, points: [{ x: 0, y: 20 }, { x: 10, y: 500 }] }, { name: 'alone', points: [{ x: 3, y: 100 }] }] },
  ],
};

const intervals: IntervalChart = {
  title: 'Final returns',
  value: 'mean return',
  panels: [
    {
      title: 'Pendulum-v1',
      rows: [
        { name: 'ddpg', estimate: -152, low: -160, high: -140, values: [-160, NaN, -140] },
        { name: LONG, estimate: -300 },
        { name: 'failed', estimate: NaN, low: NaN, high: NaN, values: [] },
      ],
      references: [{ name: 'published', value: -152 }, { name: 'threshold', value: -160 }],
    },
  ],
};

const matrix: MatrixChart = {
  title: 'Alignment',
  value: 'cosine',
  rows: { title: 'rule', names: ['broadcast', LONG] },
  columns: { title: 'neuron', names: ['first', 'second', 'first'] },
  values: [[1, -0.25, 7], [0, NaN, -1]],
};

const CHARTS = {
  lineChart: {
    draw: () => lineChart(lines),
    names: [
      ...['Learning curves', 'mean of <5> seeds & its interval', 'environment steps', 'mean return'],
      ...['Pendulum-v1', 'CartPole-v1', 'ddpg', 'alone', 'published', 'threshold'],
    ],
  },
  intervalChart: {
    draw: () => intervalChart(intervals),
    names: ['Final returns', 'mean return', 'Pendulum-v1', 'ddpg', 'failed', 'no data', 'published', 'threshold'],
  },
  matrixChart: {
    draw: () => matrixChart(matrix),
    names: ['Alignment', 'cosine', 'rule', 'broadcast', 'neuron', 'first', 'second', '1.00', '−0.25', '7.00'],
  },
};

for (const [name, { draw, names }] of Object.entries(CHARTS)) {
  test(`${name} draws well-formed SVG on white, with a title and every name in full`, async (t) => {
    const svg = await draw();
    t.deepEqual(xmlErrors(svg), []);
    t.regex(svg, /^<svg [^>]*viewBox="[^"]+" role="img"><title>[^<]+<\/title><rect [^>]*fill="white"\/>/);
    const texts = shownTexts(svg);
    for (const shown of [...names, LONG]) t.true(texts.includes(shown), `${shown} among ${texts.join(' | ')}`);
  });

  test(`${name} gives the same bytes for the same input`, async (t) => {
    const first = await draw();
    await lineChart({ title: 'another', x: 'x', y: 'y', panels: [] });
    t.is(await draw(), first);
  });
}

test('charts are 800 to 1,200 pixels wide', async (t) => {
  const svgs = [
    lineChart(lines),
    lineChart({ ...lines, panels: lines.panels.slice(0, 1) }),
    intervalChart(intervals),
    intervalChart({ ...intervals, panels: [...intervals.panels, ...intervals.panels] }),
  ];
  for (const svg of await Promise.all(svgs)) {
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
    t.true(width >= 800 && width <= 1200, `${width}`);
  }
});

test('a series has the same colour in every panel and in the interval chart', async (t) => {
  const palette = (svg: string, mark: string) => {
    const groups = [...svg.matchAll(new RegExp(`<g class="mark-${mark}[^>]*>(.*?)</g>`, 'gs'))].map(([, group]) => group);
    return groups.flatMap((group) => [...group.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, colour]) => colour));
  };
  const twoPanels = await lineChart({ ...lines, panels: [lines.panels[0], { title: 'reversed', series: lines.panels[0].series.toReversed() }] });
  const [first, second, ...rest] = palette(twoPanels, 'line');
  t.not(first, second);
  t.deepEqual(rest, [second, first]);
  const rows = ['ddpg', LONG].map((name) => ({ name, estimate: 1 }));
  const dots = palette(await intervalChart({ ...intervals, panels: [{ title: '', rows }] }), 'symbol');
  t.deepEqual(dots, [first, second]);
});

test('the ninth series has the colour of the first and a dashing of its own', async (t) => {
  const series = Array.from({ length: 9 }, (_, i) => ({ name: `series ${i}`, points: [{ x: 0, y: i }, { x: 1, y: i }] }));
  const svg = await lineChart({ title: 'nine', x: 'x', y: 'y', panels: [{ title: '', series }] });
  const line = /stroke="(#[0-9a-f]{6})" stroke-width="2" stroke-linejoin="round" stroke-dasharray="([^"]+)"/g;
  const looks = [...svg.matchAll(line)].map(([, colour, dashes]) => ({ colour, dashes }));
  t.is(looks.length, 9);
  t.is(looks[8].colour, looks[0].colour);
  t.is(new Set(looks.map(({ colour, dashes }) => colour + dashes)).size, 9);
});

test('points that are not finite are left out of lines and bands', async (t) => {
  const points = [{ x: 0, y: 1, low: 0, high: 2 }, { x: 1, y: 3, low: 2, high: 4 }];
  const draw = (more: object[]) => {
    const all = [...points, ...more.map((point) => ({ x: 0.5, y: 2, ...point }))];
    return lineChart({ title: 't', x: 'x', y: 'y', panels: [{ title: 'p', series: [{ name: 's', points: all }] }] });
  };
  t.is(await draw([{ y: NaN }, { x: Infinity }, { y: -Infinity }]), await draw([]));
  const halfBand = await draw([{ low: NaN, high: 3 }]);
  t.is(halfBand.match(/M0,[\d.]+L[^"]*Z/g)?.length, 1);
  t.false(halfBand.includes('NaN'));
});

test('a chart without a finite number shows a note', async (t) => {
  const references = [{ name: 'r', value: 1 }];
  const names = (title: string, ...all: string[]) => ({ title, names: all });
  const empty = [
    lineChart({ title: 't', x: 'x', y: 'y', panels: [] }),
    lineChart({ title: 't', x: 'x', y: 'y', panels: [{ title: 'p', series: [{ name: 's', points: [{ x: NaN, y: 1 }] }], references }] }),
    intervalChart({ title: 't', value: 'v', panels: [] }),
    intervalChart({ title: 't', value: 'v', panels: [{ title: 'p', rows: [{ name: 's', estimate: NaN }], references }] }),
    matrixChart({ title: 't', value: 'v', rows: names('r'), columns: names('c'), values: [] }),
    matrixChart({ title: 't', value: 'v', rows: names('r', 'a'), columns: names('c', 'b'), values: [[NaN]] }),
  ];
  for (const svg of await Promise.all(empty)) {
    t.deepEqual(xmlErrors(svg), []);
    t.true(shownTexts(svg).includes('no data'));
  }
});

test('a matrix that does not fit its names is refused', async (t) => {
  const refused = (values: number[][], message: string) => t.throwsAsync(matrixChart({ ...matrix, values }), { instanceOf: RangeError, message });
  await refused([[1, 2, 3]], '"values" expected one row for each of 2 names, got 1');
  await refused([[1, 2, 3], [1]], '"values[1]" expected one number for each of 3 columns, got 1');
});

const hostile = fc.constantFrom('</text><script>', '&amp;', ']]>', '"\'', '__proto__', 'a\nb', '\ud800');
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), hostile);
const anyNumber = fc.oneof(fc.double(), fc.double({ min: -1e3, max: 1e3 }), fc.constantFrom(0, NaN, Infinity));

test('charts of any names and numbers are well-formed', async (t) => {
  const reference = fc.record({ name: anyText, value: anyNumber });
  const point = fc.record({ x: anyNumber, y: anyNumber, low: anyNumber, high: anyNumber });
  const row = fc.record({ name: anyText, estimate: anyNumber, low: anyNumber, high: anyNumber, values: fc.array(anyNumber, { maxLength: 3 }) });
  const panel = fc.record({
    title: anyText,
    series: fc.array(fc.record({ name: anyText, points: fc.array(point, { maxLength: 4 }) }), { maxLength: 3 }),
    rows: fc.array(row, { maxLength: 3 }),
    references: fc.array(reference, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(anyText, anyText, fc.array(panel, { maxLength: 3 }), async (title, axis, panels) => {
      t.deepEqual(xmlErrors(await lineChart({ title, subtitle: axis, x: axis, y: axis, panels })), []);
      t.deepEqual(xmlErrors(await intervalChart({ title, subtitle: axis, value: axis, panels })), []);
      const names = panels.map((each) => each.title);
      const values = names.map((_, i) => names.map((_, j) => panels[i].references.at(j)?.value ?? NaN));
      t.deepEqual(xmlErrors(await matrixChart({ title, value: axis, rows: { title: axis, names }, columns: { title: axis, names }, values })), []);
    }),
    { seed: 1, numRuns: 15 },
  );
});

test('ids are renamed together with references to them, in tags only', (t) => {
  const svg = (id: string) =>
    `<svg><clipPath id="${id}"/><g clip-path="url(#${id})"><use xlink:href="#${id}"/><a data-id="clip7" href="#other"/></g><text>id="clip7"</text></svg>`;
  t.is(renumberIds(svg('clip7'), 'p-'), svg('p-1'));
});

/** The corners of a picture's first line, in pixels. */
const linePath = (svg: string) => /d="(M[^"]*L[^"]*)"[^>]*stroke-width="2"/.exec(svg)?.[1] ?? '';
const corners = (path: string) => path.slice(1).split('L').map((corner) => corner.split(',').map(Number));

test('with ticks, equal factors of 1 + x are equally far apart, and so are factors of y on a logarithmic axis', async (t) => {
  const xTicks = [0, 1, 3, 7];
  const svg = await lineChart({ title: 'delays', x: 'delay', y: 'time', xTicks, yLog: true, panels: [{ title: '', series: [{ name: 'one', points: [...xTicks.map((x) => ({ x, y: 10 ** x })), { x: 2, y: 0 }] }], references: [{ name: 'never', value: -1 }] }] });
  const places = corners(linePath(svg));
  t.is(places.length, 4); // 0 has no logarithm
  const [first, ...others] = places.slice(1).map(([x], i) => x - places[i][0]);
  t.true(first > 0 && others.every((gap) => Math.abs(gap - first) < 0.5), String(places));
  const heights = places.map(([, y]) => places[0][1] - y);
  t.true(Math.abs(heights[2] / heights[1] - 3) < 0.05 && Math.abs(heights[3] / heights[1] - 7) < 0.05, String(heights)); // 10 to the x-th
  for (const tick of xTicks) t.true(shownTexts(svg).includes(String(tick)));
  t.false(shownTexts(svg).includes('never'));

  const shown = shownTexts(await intervalChart({ title: 'delays', value: 'delay', ticks: xTicks, panels: [{ title: '', rows: [{ name: 'one', estimate: 2 }], references: [{ name: 'here', value: 2 }] }] }));
  t.deepEqual(shown.filter((text) => /^\d+$/.test(text)), ['0', '1', '3', '7']);
});

test('a grid shows a number and a sign in each cell, a grey cell for no value, and a note if no cell has one', async (t) => {
  const cells = [{ value: 1, text: '1.00', sign: '→' }, { value: -1, text: '−1.00', sign: '<&>' }, { value: NaN, text: '', sign: 'H' }];
  const chart = { title: 'Lake & cliff', value: 'value', panels: [{ title: 'found', columns: 2, cells }, { title: 'exact', columns: 3, cells: cells.slice(0, 2) }] };
  const svg = await gridChart(chart);
  t.deepEqual(xmlErrors(svg), []);
  t.is(await gridChart(chart), svg);
  for (const words of ['1.00', '−1.00', '→', 'H', 'found', 'exact', 'value']) t.true(shownTexts(svg).some((text) => text.includes(words)), words);
  t.is(svg.match(/fill="#e4e4e4"/g)?.length, 1);
  t.true(shownTexts(await gridChart({ ...chart, panels: [{ title: '', columns: 1, cells: [cells[2]] }] })).includes('no data'));
  const flat = await gridChart({ ...chart, panels: [{ title: '', columns: 2, cells: [cells[0], cells[0]] }] });
  t.false(flat.includes('NaN'));
});
