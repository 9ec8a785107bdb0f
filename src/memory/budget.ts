import { freemem, totalmem } from 'node:os';

import { wrongValue } from '../check.js';

/** What a 32-bit WebAssembly memory can address, in bytes. */
export const LARGEST_MEMORY = 2 ** 32;

/** Bytes that a run needs for one purpose, and the option that they grow with. */
export interface Demand {
  readonly option: string;
  /** The option's value. */
  readonly value: unknown;
  /** For the message: `replay`. */
  readonly what: string;
  readonly bytes: number;
}

/** A limit of memory, and its reason. */
export interface Limit {
  readonly bytes: number;
  readonly why: string;
}

/** The limits of this machine, and of this process if it is in a container. */
export function memoryLimits(): Limit[] {
  const constrained = process.constrainedMemory();
  return [
    { bytes: LARGEST_MEMORY, why: 'the largest shared memory of a run' },
    { bytes: totalmem(), why: 'the memory of this machine' },
    ...(constrained > 0 ? [{ bytes: constrained, why: 'the memory that this process may have' }] : []), // more than the machine's memory if there is no limit
    ...(process.platform === 'linux' ? [{ bytes: freemem(), why: 'the memory that is free' }] : []), // on other systems caches do not count as free
  ];
}

/**
 * Refuses demands that cannot fit, before any of them is allocated.
 *
 * @param demands at least; what is allocated later may be left out
 * @throws RangeError naming the option of the largest demand, with the sizes of all
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
