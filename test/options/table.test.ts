import test from 'ava';

import { InternalError } from '../../src/errors.js';
import { integer, number, oneOf, only, text } from '../../src/options/kind.js';
import { renameOption, typedName } from '../../src/options/origin.js';
import { inShort, onlyWhen, option, optional, type At, type Row } from '../../src/options/row.js';
import { createTable } from '../../src/options/table.js';

const naming = { help: 'for a test', group: 'Test' };
const NAME = inShort(option('rule.name', oneOf(['plain', 'fancy']), { ...naming, default: 'plain' }));
const RATE = option('rule.rate', number({ min: 0 }), { ...naming, default: (at) => (at(NAME) === 'fancy' ? 2 : 1), formerly: ['rule.speed'] });
const COUNT = option('count', integer({ min: 1 }), { ...naming, default: 3, narrow: (at) => (at(RATE) > 5 ? only(1, 'at such a rate') : undefined) });
const EXTRA = onlyWhen([option('extra.size', integer(), { ...naming, default: 7 })] as const, { holds: (at) => at(NAME) === 'fancy', otherwise: (at) => ['the rule fancy', at(NAME)] });

const TABLE = createTable([COUNT, NAME, RATE, ...EXTRA, optional('note', text, naming)], (at, path) => (path === NAME.path ? [] : at(NAME) === 'fancy' ? [{ count: 4 }] : []));

test('settings are complete, in the order of the rows, from given options, shipped defaults of the task, and general defaults', (t) => {
  t.is(JSON.stringify(TABLE.resolve()), '{"count":3,"rule":{"name":"plain","rate":1}}');
  t.is(JSON.stringify(TABLE.resolve({ rule: 'fancy', note: 'n' })), '{"count":4,"rule":{"name":"fancy","rate":2},"extra":{"size":7},"note":"n"}');
  t.deepEqual(TABLE.resolve({ rule: { name: 'fancy' }, count: 9 }).count, 9);
});

const BAD: [unknown, string][] = [
  [{ rule: 'fancie' }, '"rule" expected one of plain, fancy, got "fancie"; did you mean "fancy"?'],
  [{ rule: { name: 'fancie' } }, '"rule.name" expected one of plain, fancy, got "fancie"; did you mean "fancy"?'],
  [{ rule: { speed: 1 } }, '"rule.speed" is now "rule.rate"'],
  [{ rule: { rat: 1 } }, '"rule.rat" expected a known option (name, rate), got "rat"; did you mean "rate"?'],
  [{ rule: { rate: 6 } }, '"count" expected 1, got 3; at such a rate (its default)'],
  [{ extra: { size: 1 } }, '"extra.size" expected the rule fancy, got "plain"'],
  [{ note: '' }, '"note" expected a string that is not empty, got ""'],
  [{ rule: null }, '"rule" expected an object, got null'],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused: ${message}`, (t) => { t.throws(() => TABLE.resolve(options), { message }); });
}

test('options that depend on one another in a circle are our bug', (t) => {
  const first: Row<'a', number> = option('a', number(), { ...naming, default: (at: At): number => at(second) });
  const second: Row<'b', number> = option('b', number(), { ...naming, default: (at: At): number => at(first) });
  t.throws(() => createTable([first, second]).resolve(), { instanceOf: InternalError });
});

test('an error takes the name that was typed, for the option and for its parts', (t) => {
  const origins = new Map([['network.observationTraces', '--observation-traces']]);
  for (const [path, name] of [['network.observationTraces', '--observation-traces'], ['network.observationTraces[1]', '--observation-traces'], ['network.observationTraces.mean', '--observation-traces'], ['network', undefined], ['network.memories', undefined]] as const) {
    t.is(typedName(path, origins), name);
  }
  const error = t.throws(() => TABLE.resolve({ count: 0 }));
  t.like(renameOption(error, () => '--count'), { option: '--count', message: '"--count" expected a whole number >= 1, got 0', name: 'RangeError' });
  t.is(renameOption(error, () => undefined), error);
});
