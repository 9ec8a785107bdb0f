import test from 'ava';
import fc from 'fast-check';

import * as check from '../src/check.js';
import { describeValue } from '../src/describe.js';
import { isOptionError, OptionRangeError, OptionTypeError } from '../src/errors.js';

interface Refusal {
  readonly body: () => unknown;
  readonly kind: typeof OptionTypeError | typeof OptionRangeError;
  readonly message: string;
}

const RULES = ['broadcast', 'three-factor', 'linear'] as const;

/** What each validator refuses, the class of the error and its whole message. */
const REFUSALS: Refusal[] = [
  { body: () => check.checkNumber('rate', '1'), kind: OptionTypeError, message: '"rate" expected a number, got "1"' },
  { body: () => check.checkNumber('rate', NaN), kind: OptionRangeError, message: '"rate" expected a number, got NaN' },
  { body: () => check.checkNumber('rate', Infinity, { min: 0 }), kind: OptionRangeError, message: '"rate" expected a number >= 0, got Infinity' },
  {
    body: () => check.checkNumber('rule.rate', 0, { min: 0, above: true, max: 1 }),
    kind: OptionRangeError,
    message: '"rule.rate" expected a number > 0 and <= 1, got 0',
  },
  {
    body: () => check.checkNumber('discount', 1, { min: 0, max: 1, below: true }),
    kind: OptionRangeError,
    message: '"discount" expected a number >= 0 and < 1, got 1',
  },
  { body: () => check.checkInteger('steps', null), kind: OptionTypeError, message: '"steps" expected a whole number, got null' },
  { body: () => check.checkInteger('steps', 1.5, { min: 1 }), kind: OptionRangeError, message: '"steps" expected a whole number >= 1, got 1.5' },
  { body: () => check.checkInteger('steps', 2 ** 53), kind: OptionRangeError, message: '"steps" expected a whole number, got 9007199254740992' },
  { body: () => check.checkBoolean('json', 'yes'), kind: OptionTypeError, message: '"json" expected true or false, got "yes"' },
  { body: () => check.checkString('out', undefined), kind: OptionTypeError, message: '"out" expected a string, got undefined' },
  { body: () => check.checkString('out', ''), kind: OptionRangeError, message: '"out" expected a string that is not empty, got ""' },
  {
    body: () => check.checkName('rule', 7, RULES),
    kind: OptionTypeError,
    message: '"rule" expected one of broadcast, three-factor, linear, got 7',
  },
  {
    body: () => check.checkName('rule', 'brodcast', RULES),
    kind: OptionRangeError,
    message: '"rule" expected one of broadcast, three-factor, linear, got "brodcast"; did you mean "broadcast"?',
  },
  {
    body: () => check.checkName('rule', 'q', RULES),
    kind: OptionRangeError,
    message: '"rule" expected one of broadcast, three-factor, linear, got "q"',
  },
  { body: () => check.checkObject('network', [1]), kind: OptionTypeError, message: '"network" expected an object, got [1]' },
  { body: () => { check.checkKeys('', { sed: 1 }, ['seed']); }, kind: OptionRangeError, message: '"sed" expected a known option (seed), got "sed"; did you mean "seed"?' },
  {
    body: () => { check.checkKeys('network', { hidden: [1], size: 2 }, ['hidden']); },
    kind: OptionRangeError,
    message: '"network.size" expected a known option (hidden), got "size"',
  },
];

for (const { body, kind, message } of REFUSALS) {
  test(`a refusal reads: ${message}`, (t) => {
    const error = t.throws(body, { instanceOf: kind, message });
    t.true(isOptionError(error));
    t.true(message.startsWith(`"${error.option}" expected `));
    t.is(error.name, kind === OptionTypeError ? 'TypeError' : 'RangeError');
  });
}

test('the errors of options are the language\'s own kinds, other errors are not errors of options', (t) => {
  t.true(check.wrongKind('a', 'b', 1) instanceof TypeError);
  t.true(check.wrongValue('a', 'b', 1) instanceof RangeError);
  t.is(check.wrongValue('a', 'b', 1, '; try c').message, '"a" expected b, got 1; try c');
  t.false(isOptionError(new TypeError('"a" expected b, got 1')));
  t.false(isOptionError('"a" expected b, got 1'));
});

test('a value within its range comes back as it went in', (t) => {
  fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -9, max: 9 }), fc.boolean(), (real, whole, flag) =>
    Object.is(check.checkNumber('x', real, { min: -1, max: 1 }), real) &&
    check.checkInteger('x', whole, { min: -9, max: 9 }) === whole &&
    check.checkBoolean('x', flag) === flag));
  const record = { a: 1 };
  t.is(check.checkObject('x', record), record);
  t.is(check.checkString('x', 'runs/1'), 'runs/1');
  t.is(check.checkName('rule', 'linear', RULES), 'linear');
  t.notThrows(() => { check.checkKeys('x', { a: 1 }, ['a', 'b']); });
});

test('a range reads as words', (t) => {
  t.is(check.describeRange('a number', {}), 'a number');
  t.is(check.describeRange('a number', { max: 2 }), 'a number <= 2');
  t.is(check.describeRange('a number', { min: 0, max: 0 }), '0');
  t.is(check.describeRange('a whole number', { min: 0, above: true, max: 2, below: true }), 'a whole number > 0 and < 2');
});

test('a value in a message stays short and on one line', (t) => {
  t.is(describeValue('two\nlines'), '"two\\nlines"');
  t.is(describeValue(() => 1), 'a function');
  t.is(describeValue(undefined), 'undefined');
  t.is(describeValue({ a: [1] }), '{"a":[1]}');
  fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.array(fc.integer(), { maxLength: 60 })), (value) => {
    const words = describeValue(value);
    return !words.includes('\n') && (typeof value === 'string' ? words.length <= 400 : words.length <= 60);
  }));
});

test('a record is an object with string keys, not a list', (t) => {
  t.deepEqual([{}, { a: 1 }].map(check.isRecord), [true, true]);
  t.deepEqual([null, [], new Float32Array(1), 'text', 1, undefined].map(check.isRecord), [false, false, false, false, false, false]);
});

test('a suggestion names the nearest name, whatever its case, and nothing where none is near', (t) => {
  t.is(check.suggestion('HOGWILD', ['synchronous', 'hogwild']), '; did you mean "hogwild"?');
  t.is(check.suggestion('hogwid', ['hogwild', 'hogwii']), '; did you mean "hogwild"?');
  t.is(check.suggestion('seeed', ['speed', 'seed']), '; did you mean "speed"?');
  t.is(check.suggestion('Pendulum', ['Pendulum-v1', 'CartPole-v1']), '');
  t.is(check.suggestion('x', []), '');
});

test('a name with one letter changed is always met with a suggestion', (t) => {
  t.notThrows(() => { fc.assert(fc.property(fc.constantFrom(...RULES), fc.nat(5), fc.constantFrom('x', '', 'zz'), (name, at, replacement) => {
    const misspelt = name.slice(0, at) + replacement + name.slice(at + 1);
    return check.suggestion(misspelt, [name]) === `; did you mean "${name}"?`;
  })); });
});
