import type { Draw } from './draw.js';
import { WRONG_TOKENS } from './values.js';

/** Bytes of a file of text, and what was done to them. */
export interface AlteredText {
  readonly bytes: Uint8Array;
  readonly words: readonly string[];
}

type Change = (draw: Draw, text: string) => readonly [content: string | Uint8Array, words: string];

/** What editors, shells, other programs and cut transfers make of a file of JSON. */
const CHANGES: readonly (readonly [weight: number, change: Change])[] = [
  [2, (_, text) => [`\ufeff${text}`, 'a byte order mark in front']],
  [1, (_, text) => [Buffer.from(`\ufeff${text}`, 'utf16le'), 'as UTF-16']],
  [3, (draw, text) => [Buffer.from(text).subarray(0, draw.below(Buffer.byteLength(text))), 'cut off']],
  [1, () => ['', 'empty']],
  [1, (draw) => [draw.pick([' ', '\n', 'null', '0', '""', '[]', '{}', 'true', '[{}]', '{', '}', '//', '# yaml\na: 1\n']), 'a scrap']],
  [3, (draw, text) => [doubleKey(draw, text), 'a key twice']],
  [3, (draw, text) => [changeToken(draw, text), 'a token that is no JSON, or another number']],
  [1, (_, text) => [text.replace(/\}\s*$/, ',}'), 'a trailing comma']],
  [1, (_, text) => [`/* settings */ ${text}`, 'a comment']],
  [1, (_, text) => [text.replaceAll('"', "'"), 'single quotes']],
  [1, (_, text) => [`${text}\n${text}`, 'two documents']],
  [1, (_, text) => [text.replaceAll('\n', '\r\n'), 'CRLF']],
  [1, (draw, text) => [`${' '.repeat(draw.pick([1000, 1_000_000]))}${text}`, 'blanks in front']],
  [1, (draw, text) => [nest(text, draw.pick([500, 5000, 20_000, 200_000])), 'deep nesting']],
  [1, (draw, text) => [text.replace(/"[^"]*"/, `"${'a'.repeat(draw.pick([10_000, 2_000_000]))}"`), 'a very long first key']],
  [1, (draw, text) => [text.replace(/: "[^"]*"/, `: "${'a'.repeat(draw.pick([10_000, 2_000_000]))}"`), 'a very long first text']],
  [1, (draw, text) => [manyKeys(draw, text), 'very many keys']],
  [4, (draw, text) => [flipBits(draw, Buffer.from(text)), 'flipped bits']],
  [1, (_, text) => [Buffer.concat([Buffer.from(text.slice(0, text.length >> 1)), Buffer.alloc(512), Buffer.from(text.slice(text.length >> 1))]), 'a block of zeros']],
];

export function alterText(draw: Draw, text: string): AlteredText {
  const [content, words] = draw.weighted(CHANGES)(draw, text);
  return { bytes: Buffer.from(content), words: [words] };
}

function doubleKey(draw: Draw, text: string): string {
  const keys = [...text.matchAll(/"\w+":\s*(?:-?[\d.e+-]+|"[^"]*"|true|false|null)/g)];
  if (keys.length === 0) return text;
  const { 0: pair, index } = draw.pick(keys);
  return `${text.slice(0, index)}${pair}, ${text.slice(index)}`;
}

function changeToken(draw: Draw, text: string): string {
  const numbers = [...text.matchAll(/(?<=[:[,]\s*)-?\d[\d.e+-]*/g)];
  if (numbers.length === 0) return text;
  const { 0: token, index } = draw.pick(numbers);
  return text.slice(0, index) + draw.pick(WRONG_TOKENS) + text.slice(index + token.length);
}

const nest = (text: string, depth: number) => text.replace(/(:\s*)(-?\d[\d.e+-]*|\{|"[^"]*")/, `$1${'['.repeat(depth)}${']'.repeat(depth)}, "rest": $2`);

function manyKeys(draw: Draw, text: string): string {
  const keys = Array.from({ length: draw.pick([100, 50_000]) }, (_, i) => `"k${i}": ${i}`).join(', ');
  return text.replace('{', `{${keys}, `);
}

/** One to eight bits of the bytes, turned. */
export function flipBits(draw: Draw, bytes: Uint8Array): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  if (flipped.length === 0) return flipped;
  for (let i = draw.pick([1, 1, 1, 2, 8]); i > 0; i -= 1) flipped[draw.below(flipped.length)] ^= 1 << draw.below(8);
  return flipped;
}
