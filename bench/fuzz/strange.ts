import { inspect } from 'node:util';

import type { Draw } from './draw.js';
import { alterData, describePath, pathsOf, replaceAt, type Altered } from './data.js';
import { NUMBERS, TEXTS } from './values.js';

function circular(): unknown {
  const ring: Record<string, unknown> = { name: 'broadcast' };
  ring.network = ring;
  return ring;
}

function circularList(): unknown {
  const list: unknown[] = [4];
  list.push(list);
  return list;
}

function sparse(): unknown {
  const list: number[] = [4];
  list[3] = 4;
  return list;
}

class Odd {
  readonly hidden = [4];
  get size(): number {
    return 4;
  }
}

/** Values that JavaScript has and JSON has not. Made anew for each case: a case may change them. */
const VALUES: readonly (() => unknown)[] = [
  () => undefined, () => null, () => NaN, () => Infinity, () => -Infinity, () => -0, () => 1n, () => 10n ** 30n, () => Symbol('x'), () => () => 4, () => Odd, circular, circularList, sparse,
  () => new Odd(), () => new Date(0), () => new Date(NaN), () => new Map([['hidden', [4]]]), () => new Set([4]), () => /x/, () => new Error('x'), () => Promise.resolve(4), () => new Number(4), () => new String('tanh'), () => new Boolean(false),
  () => new Uint8Array(4), () => new Float64Array([1, 2]), () => new Float32Array([NaN]), () => new ArrayBuffer(8), () => new SharedArrayBuffer(8), () => Buffer.from('x'), () => new Array<unknown>(5), () => ({ length: 2 ** 32 }), () => ({ length: 1, 0: 4 }), () => Object.create(null) as unknown, () => Object.freeze({ hidden: [4] }),
  () => new Proxy({}, {}), () => new AbortController().signal, () => AbortSignal.abort(), () => ({ aborted: true }), () => ({ toString: null, valueOf: null }), () => ({ toJSON: () => 1 }), () => globalThis, () => 'x'.repeat(5_000_000), () => new Array<number>(1_000_000).fill(4),
];

/** An unexpected value, of JavaScript or of JSON. */
export function strangeValue(draw: Draw): unknown {
  return draw.weighted([[4, () => draw.pick(VALUES)()], [2, () => draw.pick(NUMBERS)], [1, () => draw.pick(TEXTS)]] as const)();
}

/** Arguments altered in one or two places, or whole. */
export function strangeData(draw: Draw, data: unknown): Altered<unknown> {
  if (draw.chance(0.25)) return alterData(draw, data);
  let altered = data;
  const words: string[] = [];
  for (let i = draw.weighted([[4, 1], [1, 2]]); i > 0; i -= 1) {
    const [path, value] = [draw.pick(pathsOf(altered)), strangeValue(draw)];
    altered = replaceAt(altered, path, () => value);
    words.push(`${describePath(path)} is ${show(value)}`);
  }
  return { data: altered, words };
}

/** In one short line. */
export function show(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 3, maxStringLength: 60 }).replaceAll(/\s+/g, ' ').slice(0, 100);
}
