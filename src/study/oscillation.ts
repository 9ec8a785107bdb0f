import { wrongValue } from '../check.js';
import { doubleKernels } from '../kernels/reference.js';
import { checkTimeConstants, leak, spreadTimeConstants } from '../network/leaky-rate.js';
import { graphTopology } from '../network/graph.js';
import { sourcesOf, type Population, type Topology } from '../network/topology.js';
import { SEED } from '../options/common.js';
import { integer, number } from '../options/kind.js';
import { option, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { createStream } from '../random/stream.js';
import { median } from '../telemetry/statistics.js';

const group = 'Run';

const OSCILLATION_ROWS = [
  option('neurons', integer({ min: 2, max: 200 }), { default: 100, flag: '--neurons', help: 'neurons of the network', group, everyday: true }),
  option('density', number({ min: 0, above: true, max: 1 }), {
    default: 0.2, flag: '--density', argument: 'share', help: 'probability of each connection, self-connections included', group, everyday: true,
  }),
  option('gain', number({ min: 0, above: true, max: 1000 }), { default: 5, flag: '--gain', argument: 'gain', help: 'gain of the weights; above 1 the activity of large networks sustains itself', group, everyday: true }),
  option('membraneTimeConstant', number({ min: 1, max: 1e6 }), {
    default: 4, flag: '--membrane-time-constant', argument: 'time', formerly: ['--time-constant', 'timeConstant'], help: 'longest membrane time constant; they are spaced from 1 to it', group, everyday: true,
  }),
  option('timeStep', number({ min: 0, above: true, max: 1 }), { default: 0.1, flag: '--time-step', argument: 'time', help: 'time step of the integration', group, everyday: true }),
  option('duration', number({ min: 0, above: true, max: 1e6 }), { default: 200, flag: '--duration', argument: 'time', help: 'simulated time', group, everyday: true }),
  SEED,
] as const;

/** Everything that decides what a free network does, resolved: plain data. */
export type OscillationSettings = SettingsOf<(typeof OSCILLATION_ROWS)[number]>;

export const OSCILLATION = createTable(OSCILLATION_ROWS);

/** @throws TypeError or RangeError naming the option, what was expected and what came */
export function resolveOscillationSettings(given: OptionsOf<(typeof OSCILLATION_ROWS)[number]> = {}): OscillationSettings {
  return OSCILLATION.resolve(given, ({ duration, timeStep }) => {
    const steps = duration / timeStep;
    if (steps < 10 || steps > MOST_STEPS) throw wrongValue('duration', `from 10 to ${MOST_STEPS} time steps of ${timeStep}`, duration);
  });
}

const MOST_STEPS = 100_000;

/** What a free network did. */
export interface Oscillation {
  /** K of the hidden neurons, 0 where there is no connection; [reader][read] */
  readonly connections: readonly (readonly number[])[];
  /** Voltages of all neurons from the start on, one row for each time step; [steps + 1][neurons] */
  readonly voltages: readonly Float64Array[];
  readonly summary: OscillationSummary;
}

export interface OscillationSummary {
  readonly connections: number;
  /** Root mean square over neurons of the deviation of a voltage from its own mean, in the second half. */
  readonly deviation: number;
  /** Neurons that cross their own mean upwards at least twice in the second half while they deviate by more than a hundredth. */
  readonly oscillating: number;
  /** Median over these of the time between two such crossings; null where there are none. */
  readonly period: number | null;
}

/** Lets a random recurrent network of leaky integrators run freely, from random voltages and with nothing coming in. */
export function runFreely({ neurons, density, gain, membraneTimeConstant, timeStep, duration, seed }: OscillationSettings): Oscillation {
  const topology = graphTopology({
    observations: 0,
    layers: [{ name: 'hidden', size: neurons, activation: 'tanh' }],
    outputs: 1,
    outputActivation: 'linear',
    bias: false,
    blocks: [{ from: 'hidden', to: 'hidden', density, self: true }, { from: 'hidden', to: 'output' }],
    seed,
  });
  const timeConstants = spreadTimeConstants(topology, 1, membraneTimeConstant);
  checkTimeConstants(topology, { timeStep, timeConstants });
  const hidden = topology.populations[1];
  const weights = drawWeights(topology, gain / Math.sqrt(density * neurons), seed);
  const activations = { lanes: 1, voltages: new Float64Array(topology.neurons), weightedInputs: new Float64Array(topology.neurons) };
  const start = createStream(seed, 'oscillation/start');
  for (let neuron = hidden.begin; neuron < hidden.end; neuron += 1) activations.voltages[neuron] = start.uniformBetween(-1, 1);
  const look = () => activations.voltages.slice(hidden.begin, hidden.end);
  const voltages = [look()];
  for (let step = 0; step < Math.round(duration / timeStep); step += 1) {
    leak(doubleKernels, topology, weights, activations, { timeStep, timeConstants });
    voltages.push(look());
  }
  const connections = matrixOf(topology, hidden, weights);
  return { connections, voltages, summary: { connections: connections.flat().filter((weight) => weight !== 0).length, ...measure(voltages, timeStep) } };
}

function drawWeights({ rowOffset, neurons }: Topology, deviation: number, seed: number): Float64Array {
  const stream = createStream(seed, 'oscillation/weights');
  return Float64Array.from({ length: rowOffset[neurons] }, () => deviation * stream.gaussian());
}

function matrixOf({ rowOffset }: Topology, hidden: Population, weights: Float64Array): number[][] {
  return Array.from({ length: hidden.end - hidden.begin }, (_, reader) => {
    const row = new Array<number>(hidden.end - hidden.begin).fill(0);
    sourcesOf(hidden, hidden.begin + reader).forEach((source, i) => (row[source - hidden.begin] = weights[rowOffset[hidden.begin + reader] + i]));
    return row;
  });
}

/** Of the second half, after transients of the start, if they decay. */
function measure(voltages: readonly Float64Array[], timeStep: number): Omit<OscillationSummary, 'connections'> {
  const half = voltages.slice(Math.floor(voltages.length / 2));
  const neurons = half[0].length;
  const periods: number[] = [];
  let squares = 0;
  for (let neuron = 0; neuron < neurons; neuron += 1) {
    const mean = half.reduce((sum, row) => sum + row[neuron], 0) / half.length;
    const variance = half.reduce((sum, row) => sum + (row[neuron] - mean) ** 2, 0) / half.length;
    squares += variance / neurons;
    const upwards = half.flatMap((row, t) => (t > 0 && half[t - 1][neuron] < mean && row[neuron] >= mean ? [t] : []));
    const [first, last] = [upwards.at(0) ?? 0, upwards.at(-1) ?? 0];
    if (variance > STILL ** 2 && upwards.length > 1) periods.push((timeStep * (last - first)) / (upwards.length - 1));
  }
  return { deviation: Math.sqrt(squares), oscillating: periods.length, period: periods.length === 0 ? null : median(periods) };
}

/** Voltages with a smaller standard deviation count as constant. */
const STILL = 0.01;
