import test from 'ava';
import fc from 'fast-check';

import { listOf, number, oneOf, text } from '../../src/options/kind.js';
import { splitList } from '../../src/options/text.js';

const LISTS: [string, string[]][] = [
  ['a,b', ['a', 'b']],
  ['a, b ,c', ['a', 'b', 'c']],
  ['2,,4', ['2', '', '4']],
  ['DelayedRecall-v0(delay=5,arms=2),TMaze-v0', ['DelayedRecall-v0(delay=5,arms=2)', 'TMaze-v0']],
  ['f(a,[b,c],{d,e}),g', ['f(a,[b,c],{d,e})', 'g']],
  ['"a,b",\'c,d\'', ['a,b', 'c,d']],
  ['f("),",1),g', ['f("),",1)', 'g']],
  ['f(a,b', ['f(a,b']],
  ['a),b', ['a)', 'b']],
];

for (const [given, entries] of LISTS) {
  test(`${given} is a list of ${entries.length}`, (t) => { t.deepEqual(splitList(given), entries); });
}

test('entries without commas, brackets, quotes and outer spaces come back as they were joined', (t) => {
  const word = fc.stringMatching(/^[a-z0-9=.-]{1,8}$/);
  fc.assert(fc.property(fc.array(word, { minLength: 1 }), fc.array(word, { minLength: 1 }), (words, inner) => {
    const entries = [...words, `f(${inner.join(',')})`];
    t.deepEqual(splitList(entries.join(',')), entries);
  }));
});

test('a list on the command line may be none, and its entries are read by their kind', (t) => {
  const numbers = listOf(number(), 'numbers');
  t.deepEqual(numbers.parse('1,2e3,x', '--n'), [1, 2000, 'x']);
  t.deepEqual(numbers.parse('none', '--n'), []);
  t.deepEqual(listOf(text, 'words').parse('f(a,b),c', '--w'), ['f(a,b)', 'c']);
  t.throws(() => listOf(oneOf(['a', 'b']), 'letters', { numbered: true }).check('letters', ['a', 'elsewhere']), { instanceOf: RangeError, message: '"letters[1]" expected one of a, b, got "elsewhere"' });
});
