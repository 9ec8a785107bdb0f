/** Kernels against the scalar reference, and against what this machine can do at best. */
import { createKernels } from '../src/kernels/create.js';
import { iota, type KernelName, type Kernels } from '../src/kernels/kernels.js';
import { availableKernels } from '../src/kernels/self-check.js';
import { createArena } from '../src/memory/arena.js';
import { createWorkspace, workspaceBlock } from '../src/memory/workspace.js';
import { createStream } from '../src/random/stream.js';
import type { Table } from '../src/entries/study.js';
import { createLimits } from './limits.js';
import { describeLoad, inverted, spread, takeTurns, tell, type Contender, type Effort, type Measurement, type Section, type Spread } from './measure.js';

/** One piece of work, and what it costs at least. */
interface Case {
  readonly name: string;
  readonly flop: number;
  /** Bytes that cross between processor and memory where they fit in no cache; 0 where arithmetic is what takes the time. */
  readonly bytes: number;
  prepare(kernels: Kernels): () => void;
}

interface Layer {
  readonly rows: number;
  readonly inputs: number;
  readonly batch: number;
}

const square = (size: number, batch: number): Layer => ({ rows: size, inputs: size, batch });

const named = (kernel: string, { rows, inputs, batch }: Layer) => `${kernel} ${rows}×${inputs}, batch ${batch}`;

export function filled(kernels: Kernels, length: number): Float32Array {
  const numbers = kernels.numbers(length);
  const stream = createStream(1, 'bench');
  const pattern = Float32Array.from({ length: Math.min(length, 4099) }, () => 0.1 * stream.gaussian());
  for (let at = 0; at < length; at += pattern.length) numbers.set(pattern.subarray(0, length - at), at);
  return numbers;
}

/** A product that reads every weight once: with one lane memory is what takes the time. */
function layerCase(kernel: string, layer: Layer, prepare: (kernels: Kernels, sources: Int32Array) => () => void): Case {
  const { rows, inputs, batch } = layer;
  return {
    name: named(kernel, layer),
    flop: 2 * rows * inputs * batch,
    bytes: batch === 1 ? 4 * rows * inputs : 0,
    prepare: (kernels) => prepare(kernels, iota(inputs)),
  };
}

function product(layer: Layer): Case {
  const { rows, inputs, batch } = layer;
  return layerCase('product', layer, (kernels, sources) => {
    const [weights, voltages, z] = [rows * inputs, inputs * batch, rows * batch].map((length) => filled(kernels, length));
    const range = { begin: 0, end: rows, lanes: batch, laneBegin: 0, laneEnd: batch };
    return () => { kernels.weightedInputs(weights, sources, voltages, z, range); };
  });
}

function gradients(layer: Layer): Case {
  const { rows, inputs, batch } = layer;
  return layerCase('gradients', layer, (kernels, sources) => {
    const [gradient, voltages, coefficients] = [rows * inputs, 2 * inputs * batch, rows * batch].map((length) => filled(kernels, length));
    return () => { kernels.gradients(coefficients, batch, rows, sources, voltages, 2 * batch, batch, gradient); };
  });
}

function spreadBack(layer: Layer): Case {
  const { rows, inputs, batch } = layer;
  return layerCase('spread back', layer, (kernels, sources) => {
    const [weights, upon, delta] = [rows * inputs, inputs * batch, rows * batch].map((length) => filled(kernels, length));
    return () => { kernels.transposedProduct(weights, sources, delta, upon, { begin: 0, end: rows, lanes: batch, count: batch }); };
  });
}

/** 4 numbers read and 3 written of each weight. */
function adam(weights: number): Case {
  return {
    name: `adam, ${weights} weights`,
    flop: 14 * weights,
    bytes: 28 * weights,
    prepare(kernels) {
      const [values, gradient, first, second] = [1, 2, 3, 4].map(() => filled(kernels, weights));
      second.forEach((value, i) => { second[i] = value * value; });
      let count = 0;
      return () => { kernels.adamStep(values, gradient, first, second, 1e-6, (count += 1)); };
    },
  };
}

function softUpdate(weights: number): Case {
  return {
    name: `soft update, ${weights} weights`,
    flop: 3 * weights,
    bytes: 12 * weights,
    prepare(kernels) {
      const [values, target] = [filled(kernels, weights), filled(kernels, weights)];
      return () => { kernels.softUpdate(values, target, 0.005); };
    },
  };
}

/** A number read and two written of each weight; what all rows share is small. */
function traces(rows: number, inputs: number): Case {
  return {
    name: `traces ${rows}×${inputs}`,
    flop: 5 * rows * inputs,
    bytes: 12 * rows * inputs,
    prepare(kernels) {
      const [trace, direction] = [1, 2].map(() => filled(kernels, rows * inputs));
      const [credit, reach, terms] = [rows, rows, inputs].map((length) => filled(kernels, length));
      const of = { rows: { offset: iota(rows + 1).map((row) => row * inputs), begin: 0, end: rows }, credit, terms, shared: true, kept: 0.9, tdError: 0.1, trace, direction, reach };
      return () => { kernels.followTraces(of); };
    },
  };
}

function tanh(neurons: number, lanes: number): Case {
  return {
    name: `tanh, ${neurons * lanes} voltages`,
    flop: 21 * neurons * lanes,
    bytes: 0,
    prepare(kernels) {
      const [z, voltages] = [filled(kernels, neurons * lanes), kernels.numbers(neurons * lanes)];
      return () => { kernels.activate('tanh', z, voltages, { begin: 0, end: neurons, lanes, laneBegin: 0, laneEnd: lanes }); };
    },
  };
}

const SIZES = [square(64, 64), square(256, 64), { rows: 300, inputs: 400, batch: 64 }, square(1024, 64)];

const CASES: readonly Case[] = [
  ...SIZES.flatMap((layer) => [product(layer), gradients(layer), spreadBack(layer)]),
  ...[square(64, 1), square(256, 1), square(1024, 1), square(4096, 1)].flatMap((layer) => [product(layer), gradients(layer)]),
  ...[4096, 65_536].flatMap((weights) => [adam(weights), softUpdate(weights)]),
  traces(64, 65),
  traces(256, 257),
  tanh(64, 128),
];

/** Kernels in a memory of their own, so that what one case takes is given back with it. */
export function open(name: KernelName): Kernels {
  return createKernels(name, () => createWorkspace(createArena([workspaceBlock(1)]), 0));
}

/** More bytes than caches hold. */
const MEMORY_BOUND = 4e7;

const NAMES: readonly KernelName[] = ['reference', ...availableKernels().filter((name) => name !== 'reference')];

interface Found {
  readonly of: Case;
  readonly kernels: KernelName;
  /** GF. */
  readonly rate: Spread;
  /** Of the limit, and to the reference: by the best repeat of each, which other processes have disturbed least. */
  readonly share: number;
  readonly ratio: number;
  /** To the reference in the same repeat. */
  readonly ratios: Spread;
}

/** One case on all kernels and the limit before it, interleaved. */
function hold(of: Case, limits: ReturnType<typeof createLimits>, effort: Effort): Found[] {
  const bound = of.bytes > MEMORY_BOUND;
  const limit: Contender = { name: 'limit', run: bound ? limits.read.run : limits.multiplyAdd.run };
  const [best, reference, ...others] = takeTurns([limit, ...NAMES.map((name) => ({ name, run: of.prepare(open(name)) }))], effort);
  const work = bound ? of.bytes / limits.read.bytes : of.flop / limits.multiplyAdd.flop;
  return [reference, ...others].map((times, i) => ({
    of,
    kernels: NAMES[i],
    rate: inverted(spread(times), of.flop / 1e9),
    share: (work * Math.min(...best)) / Math.min(...times),
    ratio: Math.min(...reference) / Math.min(...times),
    ratios: spread(times.map((seconds, repeat) => reference[repeat] / seconds)),
  }));
}

function tableOf(found: readonly Found[]): Table {
  const columns = [{ name: '' }, { name: 'kernels' }, ...['best GF', 'GF', 'best to the reference', 'to the reference', 'best, of the limit'].map((name) => ({ name, numeric: true }))];
  const rows = found.map(({ of, kernels, rate, share, ratio, ratios }) => {
    const reference = kernels === 'reference';
    return [of.name, kernels, rate.max.toPrecision(3), tell(rate, 1), reference ? '' : ratio.toFixed(1), reference ? '' : tell(ratios, 1), `${(100 * share).toFixed(0)} %${of.bytes > MEMORY_BOUND ? ' of reading' : ''}`];
  });
  return { columns, rows };
}

function figures(found: readonly Found[]): Measurement[] {
  return found.map(({ of, kernels, rate }) => ({ section: 'kernels', name: `${of.name}, ${kernels}`, unit: 'GF', better: 'more', ...rate }));
}

export const kernelSection: Section = {
  name: 'kernels',
  effort: { repeats: 25, seconds: 0.002 },
  measure(effort) {
    const limits = createLimits();
    const [peak, reading] = takeTurns([{ name: 'peak', run: limits.multiplyAdd.run }, { name: 'read', run: limits.read.run }], { repeats: effort.repeats, seconds: 0.01 });
    const best = { peak: inverted(spread(peak), limits.multiplyAdd.flop / 1e9), reading: inverted(spread(reading), limits.read.bytes / 1e9) };
    const found = CASES.flatMap((each) => hold(each, limits, effort));
    const title = `Kernels, one core (${describeLoad()}). The limits: 128-bit multiply-add ${best.peak.max.toFixed(1)} GF, reading memory ${best.reading.max.toFixed(1)} GB/s`;
    return Promise.resolve({
      tables: [{ title, table: tableOf(found) }],
      measurements: [
        { section: 'kernels', name: 'limit: multiply-add', unit: 'GF', better: 'more', ...best.peak },
        { section: 'kernels', name: 'limit: reading memory', unit: 'GB/s', better: 'more', ...best.reading },
        ...figures(found),
      ],
    });
  },
};
