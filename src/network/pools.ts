import type { LocalInhibition } from './inhibition.js';

/** Neurons that may inhibit one another. */
interface Pooled {
  readonly begin: number;
  readonly end: number;
  readonly inhibition?: LocalInhibition;
}

/** Neurons that only one partition can own together: a pool, or one neuron. */
export function poolSize({ inhibition }: Pick<Pooled, 'inhibition'>): number {
  return inhibition?.pool ?? 1;
}

/** The pools of neurons `begin` up to `end` of a population, which are whole pools. */
export function eachPool(population: Pooled, begin: number, end: number, visit: (first: number, last: number) => void): void {
  for (let first = begin; first < end; first += poolSize(population)) visit(first, Math.min(first + poolSize(population), population.end));
}

/** The pool of a neuron. */
export function poolOf(population: Pooled, neuron: number): { readonly begin: number; readonly end: number } {
  const size = poolSize(population);
  const begin = population.begin + size * Math.floor((neuron - population.begin) / size);
  return { begin, end: Math.min(begin + size, population.end) };
}
