import type { Draw } from './draw.js';

const RAW = /"@@raw:(.*?)@@"/g;

/** A token that no value of JavaScript has a JSON text for, such as `-0` or `1e999`: `toText` writes it is. */
const raw = (token: string) => `@@raw:${token}@@`;

/** JSON with its raw tokens in place. */
export function toText(data: unknown, indent?: number): string {
  return JSON.stringify(data, undefined, indent).replaceAll(RAW, '$1');
}

/** Numbers at which ranges, integers, 32-bit words and floats end. */
export const NUMBERS: readonly number[] = [
  0, 1, -1, 2, 0.5, -0.5, 0.1, 1.5, 3, 7, 16, 255, 256, 1023, 1024, 1025, 4096, 4097, 65_535, 65_536, 65_537, 1e6, 1e9,
  2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 31), -(2 ** 53), 1e15, 1e21, 1e100, 1e308, -1e308, 5e-324, 1e-300, 1e-9, 0.999999999, 1.0000001, Math.PI,
];

/** Numbers in forms of JSON that JavaScript does not write, and such as are not JSON. */
const TOKENS = ['-0', '1e999', '-1e999', '1E2', '1.0', '100e-2', '0.1e1', '123456789012345678901234567890'];
export const WRONG_TOKENS = ['NaN', 'Infinity', '-Infinity', '+1', '01', '.5', '5.', '0x10', '1_000', 'undefined', 'True', 'nul', "'text'", '1,5', '1n', ''];

/** Texts that people and other programs put where a name, a number or a path is expected. */
export const TEXTS: readonly string[] = [
  '', ' ', '\t', '0', '1', '-1', '64', '64,64', 'NaN', 'Infinity', '-0', '1e3', '0x10', '1e999', 'true', 'false', 'on', 'off', 'none', 'null', 'undefined', 'all', 'default',
  'None', 'NULL', '[]', '{}', '[64]', 'a', 'input', 'output', 'bias', 'bias[0]', 'input[0]', 'output[0]', 'hidden1', 'hidden1[0]', 'pool[0]', 'pool[99999999999999999999]', 'pool[-1]',
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'length', 'then', 'toJSON',
  'nähe', '神经元', '🧠', '\u202eabc', 'a\u0000b', '\ud800', '\ufeff', 'e\u0301', 'ﬁ', '٣', '１２', 'a\nb', 'a\r\nb', 'a"b', "a'b", 'a\\b', '%s%n', '${x}', '`id`', '$(id)', '; rm', '<b>', '</script>',
  '.', '..', './', 'no/such/file.json', '/dev/null', '~', 'file:///x', 'C:\\x', '\u001b[31mred\u001b[0m',
];

/** Texts with parentheses, as durations, environments and inhibition take them. */
export const CALLS: readonly string[] = [
  'constant(0.001)', 'constant()', 'constant(', 'constant(1', 'constant(1))', 'constant(1)(2)', '(1)', '()', 'constant(-1)', 'constant(1e308)', 'constant(NaN)', 'Constant(1)', 'constants(1)', 'constant (1)', ' constant(0.001) ',
  'exponential(0.002)', 'exponential(0)', 'exponential(0.1,0.2)', 'lognormal(0.001, 0.5)', 'lognormal(0.001)', 'lognormal(0.001,100)', 'lognormal(0.001,-1)', 'pareto(0.001, 2.5)', 'pareto(0.001,1)', 'pareto(0.001, 1.0001)', 'pareto(,)', 'trace()', 'trace(no-such.json)', 'trace(.)', 'trace(config.json)', 'trace(/dev/null)',
  'winners(1/4)', 'winners(4/1)', 'winners(0/4)', 'winners(1/0)', 'winners(1/3)', 'winners(1.5/4)', 'winners(1)', 'winners(-1/4)', 'winners(1/99999999999)', 'divisive(1/8)', 'divisive(0/8)', 'divisive(1e308/2)', 'divisive(1/)', 'winners(a/b)',
  'TMaze-v0(length=5)', 'TMaze-v0(length=0)', 'TMaze-v0(length=)', 'TMaze-v0(length)', 'TMaze-v0(length=5,length=6)', 'TMaze-v0(lenght=5)', 'TMaze-v0()', 'TMaze-v0(', 'TMaze-v0(length=1e9)', 'TMaze-v0(length=0x5)', 'TMaze-v0(length= 5 )', 'TMaze-v0(__proto__=1)', 'TMaze-v0(seed=1)', 'TMaze-v0(length=5))',
  'DelayedRecall-v0(delay=5,arms=2)', 'DelayedRecall-v0(delay=5, arms=65)', 'DelayedRecall-v0(delay=5,,arms=2)', 'DelayedRecall-v0(arms=2=3)', 'CartPole-v1(length=1)', 'CartPole-v1()', 'cartpole-v1', 'CartPole-v0', 'CartPole', 'gym:CartPole-v1', './task.js',
];

export const LONGEST = 100_000;

/** A text of many characters, of one letter, one pattern or one wide character. */
export function longText(draw: Draw): string {
  return draw.pick(['a', 'ab,', '(', '1', '🧠', '-', '\\', '9', ' ']).repeat(draw.pick([300, 3000, LONGEST]));
}

/** Any value of JSON, most of them short. */
export function anyValue(draw: Draw, depth = 0): unknown {
  const kind = draw.weighted([[10, 'number'], [4, 'token'], [5, 'text'], [2, 'call'], [1, 'long'], [2, 'word'], [depth < 3 ? 2 : 0, 'list'], [depth < 3 ? 2 : 0, 'object'], [0.3, 'many']] as const);
  switch (kind) {
    case 'number': return draw.pick(NUMBERS);
    case 'token': return raw(draw.pick(TOKENS));
    case 'text': return draw.pick(TEXTS);
    case 'call': return draw.pick(CALLS);
    case 'long': return longText(draw);
    case 'word': return draw.pick([null, true, false]);
    case 'list': return Array.from({ length: draw.pick([0, 1, 2, 3]) }, () => anyValue(draw, depth + 1));
    case 'object': return Object.fromEntries(Array.from({ length: draw.pick([0, 1, 2]) }, () => [draw.pick(TEXTS), anyValue(draw, depth + 1)]));
    case 'many': return new Array<unknown>(draw.pick([1000, LONGEST])).fill(anyValue(draw, 3));
  }
}

/** A text with one character changed, taken away, added, doubled, or of other case. */
export function nearText(draw: Draw, text: string): string {
  const letters = Array.from(text);
  const at = draw.below(Math.max(1, letters.length));
  switch (draw.pick(['change', 'remove', 'add', 'double', 'case', 'pad', 'swap'] as const)) {
    case 'change': letters[at] = draw.pick(Array.from('aez01-_ .,(=é')); break;
    case 'remove': letters.splice(at, 1); break;
    case 'add': letters.splice(at, 0, draw.pick(Array.from('aez01-_ .,()=\u200b'))); break;
    case 'double': letters.splice(at, 0, letters[at] ?? 'a'); break;
    case 'case': return draw.chance(0.5) ? text.toUpperCase() : text.toLowerCase();
    case 'pad': return draw.pick([` ${text}`, `${text} `, `${text}\n`, `"${text}"`, `${text},`]);
    case 'swap': letters.splice(at, 2, ...letters.slice(at, at + 2).reverse()); break;
  }
  return letters.join('');
}
