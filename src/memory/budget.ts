import { freemem, totalmem } from 'node:os';

import { wrongValue } from '../check.js';

/** All that a 32-bit WebAssembly memory can address. */
export const LARGEST_MEMORY = 2 ** 32;

/** Bytes that a run needs for one purpose, and the option that they grow with. */
export interface Demand {
  readonly option: string;
  /** The setting as it stands. */
  readonly value: unknown;
  /** For the message: `replay`. */
  readonly what: string;
  readonly bytes: number;
}

/** What a run may take, and why not more. */
export interface Limit {
  readonly bytes: number;
  readonly why: string;
}

/** What there is on this machine, and to this process where it is in a container. */
export function memoryLimits(): Limit[] {
  const constrained = process.constrainedMemory();
  return [
    { bytes: LARGEST_MEMORY, why: 'the largest shared memory of a run' },
    { bytes: totalmem(), why: 'the memory of this machine' },
    ...(constrained > 0 ? [{ bytes: constrained, why: 'the memory that this process may have' }] : []), // beyond the machine's where there is no limit
    ...(process.platform === 'linux' ? [{ bytes: freemem(), why: 'the memory that is free' }] : []), // elsewhere caches count as taken
  ];
}

/**
 * Refuses what cannot fit before any of it is allocated.
 *
 * @param demands at least; what is to be allocated later may be left out
 * @throws RangeError naming the option that asks for most, with the sizes of all
 */
export function checkBudget(demands: readonly Demand[], limits: readonly Limit[] = memoryLimits()): void {
  const total = demands.reduce((sum, { bytes }) => sum + bytes, 0);
  const limit = limits.reduce((least, each) => (each.bytes < least.bytes ? each : least));
  if (total <= limit.bytes) return;
  const [most, ...others] = demands.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes);
  const sizes = [most, ...others].map(({ what, bytes }) => `${what} ${megabytes(bytes)}`).join(', ');
  throw wrongValue(most.option, `a run of at most ${megabytes(limit.bytes)}, ${limit.why}`, most.value, `; it needs ${megabytes(total)}: ${sizes}`);
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MB`;
}
