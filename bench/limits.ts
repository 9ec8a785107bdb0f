import { readFileSync } from 'node:fs';

/** What the machine can do at best, measured by a small program of the same instructions as the kernels'. */
export interface Limits {
  /** One call is so many floating-point operations. */
  readonly multiplyAdd: { readonly flop: number; readonly run: () => void };
  /** One call reads so many bytes: more than caches hold. */
  readonly read: { readonly bytes: number; readonly run: () => void };
  /** Reads the same bytes again in each call, wherever they then lie. */
  readAgain(bytes: number): () => void;
}

const ROUNDS = 100_000;

/** A round has eight multiply-adds of four numbers. */
const ROUND_FLOP = 64;

const READ_BYTES = 2 ** 27;
const PAGE_BYTES = 2 ** 16;

/** Bytes that are read at a time. */
const STEP = 128;

interface Exports {
  multiplyAdd(at: number, rounds: number): void;
  read(from: number, bytes: number): number;
}

export function createLimits(): Limits {
  const memory = new WebAssembly.Memory({ initial: 1 + READ_BYTES / PAGE_BYTES, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('limits.wasm', import.meta.url))), { env: { memory } });
  const limits = exports as unknown as Exports;
  new Float32Array(memory.buffer).fill(0.5); // pages never written would all be the same one, and denormal numbers are slow
  return {
    multiplyAdd: { flop: ROUNDS * ROUND_FLOP, run: () => { limits.multiplyAdd(0, ROUNDS); } },
    read: { bytes: READ_BYTES, run: () => { limits.read(PAGE_BYTES, READ_BYTES); } },
    readAgain: (bytes) => () => { limits.read(PAGE_BYTES, STEP * Math.floor(bytes / STEP)); },
  };
}
