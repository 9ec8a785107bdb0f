import test from 'ava';
import fc from 'fast-check';
import { createColors } from 'picocolors';

import { formatNumber } from '../../src/report/table.js';
import { textTable } from '../../src/report/text-table.js';

test('numbers are written for people', (t) => {
  const written = {
    '-152': -152, '40,000': 40_000, '-165.7': -165.6667, '4,465': 4465.2, '0.3333': 1 / 3, '0.00012': 0.00012, '1.235e-7': 1.23456e-7,
    '12.35': 12.345678, '0': 0, '1.000e+20': 1e20, '–': NaN,
  };
  for (const [text, value] of Object.entries(written)) t.is(formatNumber(value), text);
  t.is(formatNumber(-Infinity), '–');
});

test('a table for the terminal is aligned, numbers to the right', (t) => {
  const columns = [{ name: 'rule' }, { name: 'seeds', numeric: true }, { name: 'mean [95 % interval]', numeric: true }, { name: 'task' }];
  const rows = [['broadcast', 5, '-160 [-178, -138]', 'Pendulum-v1'], ['ddpg', 12_000, '500', 'CartPole\nv1']];
  t.is(
    textTable({ columns, rows }),
    [
      'rule        seeds  mean [95 % interval]  task',
      '─────────  ──────  ────────────────────  ───────────',
      'broadcast       5     -160 [-178, -138]  Pendulum-v1',
      'ddpg       12,000                   500  CartPole v1',
    ].join('\n'),
  );
});

test('terminal colours take no room', (t) => {
  const { bold } = createColors(true);
  const table = (best: string) => textTable({ columns: [{ name: 'a', numeric: true }, { name: 'b' }], rows: [[best, 'x'], ['1000', 'y']] });
  t.is(table(bold('17')), table('17').replace('17', bold('17')));
});

test('every line of a table starts its columns at the same places', (t) => {
  const cell = fc.oneof(fc.stringMatching(/^[a-z]{0,9}$/), fc.integer());
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), (rows) => {
      const columns = [{ name: 'first' }, { name: 'second', numeric: true }, { name: 'third', numeric: true }];
      const [header, rule, ...lines] = textTable({ columns, rows }).split('\n');
      const ends = [...rule.matchAll(/─+/g)].map(({ index, 0: { length } }) => index + length);
      t.is(header.length, rule.length);
      rows.forEach((row, i) => {
        row.forEach((value, j) => {
          const text = typeof value === 'number' ? formatNumber(value) : value;
          const field = lines[i].padEnd(rule.length).slice(j === 0 ? 0 : ends[j - 1] + 2, ends[j]);
          t.is(field, j === 0 ? text.padEnd(field.length) : text.padStart(field.length));
        });
      });
    }),
    { seed: 1 },
  );
});

test('a row that does not fit its columns is refused', (t) => {
  const message = '"table.rows[0]" expected one cell for each of 1 columns, got 0';
  t.throws(() => textTable({ columns: [{ name: 'a' }], rows: [[]] }), { instanceOf: RangeError, message });
});
