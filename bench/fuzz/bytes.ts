import type { Draw } from './draw.js';
import { flipBits } from './text.js';

/** Bytes, and what was done to them. */
export type AlteredBytes = readonly [bytes: Uint8Array, words: string];

/** What disks, copies and other programs make of a file of numbers. */
export function alterBytes(draw: Draw, bytes: Uint8Array): AlteredBytes {
  const at = draw.below(bytes.length + 1);
  const size = draw.pick([1, 8, 64, 512, 4096]);
  switch (draw.weighted([[4, 'flip'], [3, 'cut'], [1, 'empty'], [1, 'grow'], [1, 'zeros'], [1, 'swap'], [1, 'double'], [1, 'drop'], [1, 'noise'], [1, 'text']] as const)) {
    case 'flip': return [flipBits(draw, bytes), 'flipped bits'];
    case 'cut': return [bytes.subarray(0, at), `cut off at ${at}`];
    case 'empty': return [new Uint8Array(0), 'empty'];
    case 'grow': return [Buffer.concat([bytes, Buffer.alloc(size, draw.below(256))]), `${size} bytes more`];
    case 'zeros': return [Uint8Array.from(bytes).fill(0, at, at + size), `${size} zeros at ${at}`];
    case 'swap': {
      const [first, second] = [bytes.subarray(at, at + size), bytes.subarray(at + size, at + 2 * size)];
      return [Buffer.concat([bytes.subarray(0, at), second, first, bytes.subarray(at + 2 * size)]), `blocks of ${size} bytes swapped at ${at}`];
    }
    case 'double': return [Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - size))]), `${size} bytes twice at ${at}`];
    case 'drop': return [Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]), `${size} bytes missing at ${at}`];
    case 'noise': return [Uint8Array.from(bytes, (byte, i) => (i >= at && i < at + size ? draw.below(256) : byte)), `${size} random bytes at ${at}`];
    case 'text': return [Buffer.from('{"steps": 100}\n'), 'text'];
  }
}

/** Words of 32 bits that lengths, counts and places may be forged to. */
export const EXPLANATIONS: readonly number[] = [0, 1, 2, 3, 7, 8, 24, 255, 65_535, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

/** Text as bytes with a number of it altered in place: what a forger does to a header of JSON without reading it. */
export function otherDigit(draw: Draw, json: string): string {
  const digits = [...json.matchAll(/\d/g)];
  if (digits.length === 0) return json;
  const { index } = draw.pick(digits);
  return json.slice(0, index) + String(draw.below(10)) + json.slice(index + 1);
}
