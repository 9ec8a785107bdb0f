import { readFileSync } from 'node:fs';

/** What `assembly/uniform.ts` exports. */
interface Exports {
  readonly uniform: (counter0: number, counter1: number, key0: number, key1: number) => number;
  readonly rest: () => number;
}

const module = new WebAssembly.Module(readFileSync(new URL('uniform.wasm', import.meta.url)));

/**
 * The first two words of `philox4x32`, for a counter whose two high words are zero, as a number in [0, 1) with 53 bits: in WebAssembly, which
 * multiplies 32-bit words to 64 bits in one instruction, and so is three times as fast. Words are cut to 32 bits. `philoxRest` is
 * the same of the last two words, for the last counter and key.
 */
export const { uniform: philoxUniform, rest: philoxRest } = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
