import type { BoxSpace } from '../environment/environment.js';
import type { Decoder } from '../network/decoder.js';
import type { Encoder } from '../network/encoder.js';
import { keptBy, type Membrane } from '../network/membrane.js';
import type { RecurrentInputs } from '../network/recurrent-inputs.js';
import { traceBankOf, type ObservationEncoding } from '../network/observation-traces.js';
import { deviationOf } from '../network/trace-bank.js';
import { BIAS_NEURON, type Population, type Topology } from '../network/topology.js';
import type { ValueHeadShape } from '../objective/value-head.js';
import type { Tensor } from '../telemetry/safetensors.js';

/** All that acting without exploration depends on, besides weights. */
export interface ActingNetwork {
  readonly topology: Topology;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly encoding: ObservationEncoding;
  /** State of the environment at the end of training; it contains the gains of observation traces. */
  readonly trained: ArrayLike<number> | 'untrained';
  readonly context?: RecurrentInputs;
  /** 0 where a neuron is lesioned; [neurons] */
  readonly alive?: Int32Array;
  /** How outputs become action values, where they are not the voltages of an action. */
  readonly values?: ValueHeadShape;
}

/** Tensors and a description, from which a reader of the file alone can act as the network does: docs/weights.md. */
export interface PolicyFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** JSON. */
  readonly description: string;
}

export function describePolicy(network: ActingNetwork): PolicyFile {
  const { topology: { neurons, populations, inputs, ticks }, decoder: { space } } = network;
  const { encoder: { centre }, encoding: { observationTraces }, context = { sources: [], membranes: [] } } = network;
  const kept = context.membranes.reduce((sum, { begin, end, membrane }) => sum + (end - begin) * keptBy(membrane), 0);
  return {
    tensors: { ...inputTensors(network), ...populationTensors(populations), ...actionTensors(network) },
    description: JSON.stringify({
      version: 2,
      neurons,
      inputs: { name: inputs.name, observations: centre.length, traces: centre.length * observationTraces.length, recurrent: context.sources.length, kept },
      populations: ticks.flatMap((indices, tick) => indices.map((index) => describePopulation(populations[index], tick + 1))),
      action: space.kind === 'discrete' ? { kind: 'discrete', count: space.count, values: describeValues(network.values) } : { kind: 'box', size: space.low.length },
    }),
  };
}

/** Null where the action is the index of the highest output. */
function describeValues(values: ValueHeadShape | undefined): object | null {
  if (values === undefined || (values.categorical === undefined && !values.dueling)) return null;
  const { dueling, categorical = { atoms: 1, lowest: 0, highest: 0 } } = values;
  return { dueling, ...categorical };
}

const doubles = (values: ArrayLike<number>, ...shape: readonly number[]): Tensor => ({ shape: shape.length === 0 ? [values.length] : shape, values: Float64Array.from(values) });

/** How an observation, and the traces of earlier ones, become input voltages. */
function inputTensors({ encoder: { centre, factor }, encoding: { observationTraces }, trained, context }: ActingNetwork): Record<string, Tensor> {
  const observations = centre.length;
  const tensors: Record<string, Tensor> = { 'observation.shift': doubles(centre), 'observation.factor': doubles(factor) };
  if (observationTraces.length > 0) {
    const { meanSquares } = traceBankOf({ observations, timeConstants: observationTraces }, trained);
    tensors['traces.timeConstant'] = doubles(observationTraces);
    tensors['traces.sd'] = doubles(meanSquares.map(deviationOf), observations, observationTraces.length);
  }
  if (context !== undefined && context.sources.length > 0) {
    tensors['recurrent.source'] = { shape: [context.sources.length], values: context.sources };
    tensors['recurrent.rate'] = doubles(context.shares);
  }
  return tensors;
}

function populationTensors(populations: readonly Population[]): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, kind, sources, rows, membrane } of populations) {
    if (membrane !== undefined) tensors[`${name}.membrane`] = doubles(membrane.factors);
    if (kind === 'input') continue;
    const own = rows === undefined && sources[0] === BIAS_NEURON ? sources.slice(1) : (rows?.sources ?? sources);
    tensors[`${name}.sources`] = { shape: [own.length], values: own };
    if (rows !== undefined) tensors[`${name}.rows`] = { shape: [rows.offset.length], values: rows.offset };
  }
  return tensors;
}

/** Bounds may be infinite, which JSON cannot represent. */
function actionTensors({ decoder: { space }, alive }: ActingNetwork): Record<string, Tensor> {
  const bounds = ({ low, high }: BoxSpace) => ({ 'action.low': doubles(low), 'action.high': doubles(high) });
  return {
    ...(space.kind === 'box' && bounds(space)),
    ...(alive?.includes(0) === true && { alive: { shape: [alive.length], values: alive } }),
  };
}

function describePopulation({ name, kind, begin, end, activation, sources, rows, membrane, inhibition }: Population, tick: number): object {
  return {
    name,
    kind,
    tick,
    begin,
    end,
    activation,
    sparse: rows !== undefined,
    bias: rows === undefined && sources[0] === BIAS_NEURON,
    membrane: membrane === undefined ? null : describeMembrane(membrane),
    inhibition: inhibition ?? null,
  };
}

/** Factors are a tensor. */
function describeMembrane(membrane: Membrane): object {
  const { kind, kept } = membrane;
  return membrane.kind === 'leaky' ? { kind, kept } : { kind, kept, threshold: membrane.threshold, refractory: membrane.refractory };
}
