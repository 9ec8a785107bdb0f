import type { Arena } from './arena.js';
import type { BlockRequest } from './layout.js';

/** A parameter of each neuron: declared by the rule, allocated in the arena, owned by the neuron. */
export interface ParameterShape {
  readonly name: string;
  /** Numbers that each neuron keeps; [neurons]. */
  readonly lengths: readonly number[];
  /** True if the rule also needs a target copy. */
  readonly target: boolean;
  /** True if other neurons' rules read it: peers read it as it was when the voltages published with it were computed. */
  readonly published: boolean;
  /** True if the neuron's optimiser steps it, and needs moments. */
  readonly learned: boolean;
}

/** Length of the longest part that any neuron keeps of these parameters. Not `Math.max(...)`: there may be too many neurons to spread. */
export function longestPart(shapes: readonly Pick<ParameterShape, 'lengths'>[]): number {
  return shapes.reduce((most, { lengths }) => lengths.reduce((a, b) => Math.max(a, b), most), 0);
}

/** Length of the longest part that any of these ranges of neurons keeps of these parameters. */
export function longestGroup(shapes: readonly Pick<ParameterShape, 'lengths'>[], ranges: readonly { readonly begin: number; readonly end: number }[]): number {
  const sizes = shapes.flatMap(({ lengths }) => ranges.map(({ begin, end }) => lengths.slice(begin, end).reduce((sum, length) => sum + length, 0)));
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}

/** One neuron's own part of a parameter. Views into the arena. */
export interface Parameter {
  readonly values: Float32Array;
  /** Empty if the rule keeps no target copy. */
  readonly target: Float32Array;
  /** First and second moments of Adam; empty if nothing is learned. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** A parameter of all neurons. All threads may read it. */
export interface ParameterTable {
  readonly shape: ParameterShape;
  /** Neuron n's part is at `offset[n]` up to `offset[n + 1]`; [neurons + 1]. */
  readonly offset: Int32Array;
  readonly values: Float32Array;
  readonly target: Float32Array;
  /** Of one neuron, or of `count` neighbours from it on, one after another. */
  readonly of: (neuron: number, count?: number) => Parameter;
}

/** One partition's copy of a published parameter of all neurons; laid out as its table. */
export type PeerParameter = Pick<ParameterTable, 'values' | 'target'>;

const PARTS = ['values', 'target', 'first', 'second'] as const;

function blockName(parameter: string, part: (typeof PARTS)[number]): string {
  return part === 'values' ? parameter : `${parameter}/${part}`;
}

function has(shape: ParameterShape, part: (typeof PARTS)[number]): boolean {
  return part === 'values' || (part === 'target' ? shape.target : shape.learned);
}

/** The arena blocks of a list of parameters. */
export function parameterBlocks(shapes: readonly ParameterShape[]): BlockRequest[] {
  return shapes.flatMap((shape) => {
    const length = shape.lengths.reduce((sum, size) => sum + size, 0);
    return PARTS.filter((part) => has(shape, part)).map((part): BlockRequest => ({
      name: blockName(shape.name, part),
      type: 'float32',
      shape: [length],
      owner: 'the partition that owns the neuron',
    }));
  });
}

/** The views of one parameter in an arena that has its blocks. */
export function attachParameter(arena: Arena, shape: ParameterShape): ParameterTable {
  return createTable(shape, (part) => arena.float32(blockName(shape.name, part)));
}

/** A parameter of all neurons in private memory. */
export function parametersIn(room: { numbers(length: number): Float32Array }, shape: ParameterShape): ParameterTable {
  const length = shape.lengths.reduce((sum, size) => sum + size, 0);
  return createTable(shape, () => room.numbers(length));
}

function createTable(shape: ParameterShape, room: (part: (typeof PARTS)[number]) => Float32Array): ParameterTable {
  const offset = new Int32Array(shape.lengths.length + 1);
  shape.lengths.forEach((length, neuron) => (offset[neuron + 1] = offset[neuron] + length));
  const [values, target, first, second] = PARTS.map((part) =>
    has(shape, part) ? room(part) : new Float32Array(0),
  );
  return {
    shape,
    offset,
    values,
    target,
    of(neuron, count = 1) {
      const [begin, end] = [offset[neuron], offset[neuron + count]];
      return {
        values: values.subarray(begin, end),
        target: target.subarray(begin, end),
        first: first.subarray(begin, end),
        second: second.subarray(begin, end),
      };
    },
  };
}
