/** A tick of a sparse recurrent network against a plain read of as many bytes. */
import type { KernelName } from '../src/entries/internals.js';
import type { Table } from '../src/entries/study.js';
import { availableKernels } from '../src/kernels/self-check.js';
import type { Activations } from '../src/network/activations.js';
import { createActivations } from '../src/network/dynamic.js';
import { graphTopology } from '../src/network/graph.js';
import { advance } from '../src/network/recurrent.js';
import type { Topology } from '../src/network/topology.js';
import { filled, open } from './kernels.js';
import { createLimits } from './limits.js';
import { describeLoad, inverted, scaled, spread, takeTurns, tell, type Effort, type Measurement, type Section, type SectionResult, type Spread } from './measure.js';

const NEURONS = 10_000;
const CONNECTIONS = 1_000_000;

/** So many networks, each moved in its turn, fit no cache. */
const NETWORKS = 12;

const LANES = [1, 8] as const;

/** Ten thousand neurons that each read about a hundred others, and an output that reads one. */
function createNetwork(): Topology {
  return graphTopology({
    observations: 0,
    layers: [{ name: 'pool', size: NEURONS, activation: 'tanh' }],
    outputs: 1,
    outputActivation: 'linear',
    bias: false,
    blocks: [{ from: 'pool', to: 'pool', density: CONNECTIONS / NEURONS ** 2, self: true }],
    edges: [['pool[0]', 'output[0]']],
    seed: 1,
  });
}

/** The same network, whose sources lie elsewhere. */
function copyOf(topology: Topology): Topology {
  const populations = topology.populations.map((each) => (each.rows === undefined ? each : { ...each, rows: { offset: each.rows.offset.slice(), sources: each.rows.sources.slice() } }));
  return { ...topology, populations };
}

/** What a tick reads: weights, sources as the kernels store them, where rows begin, and voltages. */
function bytesOf({ neurons, rowOffset }: Topology, kernels: KernelName, lanes: number): number {
  return rowOffset[neurons] * (4 + (kernels === 'reference' ? 4 : 2)) + 4 * neurons * (1 + lanes);
}

interface Way {
  readonly name: string;
  readonly kernels: KernelName;
  readonly lanes: number;
  readonly bytes: number;
  /** A tick of one network, always the same: caches hold what they can of it. */
  readonly again: () => void;
  /** A tick of each of so many networks. */
  readonly inTurn: () => void;
}

function wayOf(name: KernelName, lanes: number, topology: Topology): Way {
  const kernels = open(name);
  const networks = Array.from({ length: NETWORKS }, (_, copy) => {
    const own = copy === 0 ? topology : copyOf(topology);
    const weights = filled(kernels, own.rowOffset[own.neurons]);
    const activations: Activations = createActivations(kernels, own, lanes);
    activations.voltages.set(filled(kernels, activations.voltages.length));
    return () => { advance(kernels, own, weights, activations); };
  });
  return {
    name: `${name}, ${lanes} lane${lanes > 1 ? 's' : ''}`, kernels: name, lanes, bytes: bytesOf(topology, name, lanes), again: networks[0],
    inTurn: () => { for (const tick of networks) tick(); },
  };
}

interface Found {
  readonly way: Way;
  /** Seconds of a tick. */
  readonly again: Spread;
  readonly inTurn: Spread;
  /** Seconds of a plain read of as many bytes: from memory, and of the same bytes over and over. */
  readonly memory: Spread;
  readonly cache: Spread;
}

function hold(way: Way, limits: ReturnType<typeof createLimits>, effort: Effort): Found {
  const contenders = [way.again, way.inTurn, limits.read.run, limits.readAgain(way.bytes)].map((run) => ({ name: way.name, run }));
  const [again, inTurn, memory, cache] = takeTurns(contenders, effort).map(spread);
  return { way, again, inTurn: scaled(inTurn, 1 / NETWORKS), memory: scaled(memory, way.bytes / limits.read.bytes), cache };
}

function tableOf(found: readonly Found[]): Table {
  const columns = [{ name: '' }, ...['best µs', 'µs', 'best GB/s', 'of reading memory', 'networks in turn: best µs', 'of reading memory', 'reading the same again: best µs', 'tick, of that'].map((name) => ({ name, numeric: true }))];
  const percent = (limit: Spread, time: Spread) => `${((100 * limit.min) / time.min).toFixed(0)} %`;
  const micro = ({ min }: Spread) => (1e6 * min).toFixed(0);
  const rows = found.map(({ way, again, inTurn, memory, cache }) => [
    way.name, micro(again), tell(scaled(again, 1e6), 0), (way.bytes / 1e9 / again.min).toFixed(1), percent(memory, again), micro(inTurn), percent(memory, inTurn), micro(cache), percent(cache, again),
  ]);
  return { columns, rows };
}

function figures({ way, again, inTurn }: Found): Measurement[] {
  const figure = (name: string, times: Spread): Measurement => ({ section: 'sparse', name, unit: 'µs', better: 'less', ...scaled(times, 1e6) });
  return [figure(way.name, again), figure(`${way.name}, ${NETWORKS} networks in turn`, inTurn)];
}

export const sparseSection: Section = {
  name: 'sparse',
  effort: { repeats: 15, seconds: 0.005 },
  measure(effort): Promise<SectionResult> {
    const limits = createLimits();
    const topology = createNetwork();
    const found = LANES.flatMap((lanes) => availableKernels().map((name) => hold(wayOf(name, lanes, topology), limits, effort)));
    const reading = inverted(found[0].memory, found[0].way.bytes / 1e9);
    const size = `${topology.neurons - 1} neurons, ${topology.rowOffset[topology.neurons]} connections`;
    return Promise.resolve({
      tables: [{ title: `A tick of a sparse network, ${size}, one core (${describeLoad()}). Reading memory: best ${reading.max.toFixed(1)} GB/s. Bytes are those read: weights, sources (16 bits each; 32 by the reference), voltages`, table: tableOf(found) }],
      measurements: found.flatMap(figures),
    });
  },
};
