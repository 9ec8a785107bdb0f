import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';
import type { Ownership } from '../../network/ownership.js';
import { BIAS_NEURON, readsAny, type Topology } from '../../network/topology.js';

const NAME = 'activation-versions';
const TAKEN = 'activation-versions/ticks';

const LINE = 16; // words on a cache line: no two partitions write to one

/** What each partition has published, and the ticks that it has taken, which it may not have published yet. */
export function activationVersionBlocks(partitions: number, groups: number, ticks: number): BlockRequest[] {
  const owner = 'each partition its own row';
  return [
    { name: NAME, type: 'int32', shape: [partitions, Math.ceil((1 + 2 * groups * ticks) / LINE) * LINE], owner },
    { name: TAKEN, type: 'int32', shape: [partitions, LINE], owner },
  ];
}

/** What the neurons of a tick read. */
export interface TickSources {
  /** Whether they read observations or recurrent inputs. */
  readonly inputs: boolean;
  /** Ticks whose neurons they read: of a layer the one before it, and others if connections skip layers. */
  readonly ticks: readonly number[];
}

/** What the neurons of each tick read. */
export function tickSources({ populations, ticks, inputs }: Topology): TickSources[] {
  return ticks.map((own, index) => {
    const lists = own.map((population) => populations[population].sources);
    const reads = (begin: number, end: number) => lists.some((sources) => readsAny(sources, begin, end));
    const earlier = [...ticks.keys()].slice(0, index);
    return {
      inputs: reads(BIAS_NEURON + 1, inputs.end),
      ticks: earlier.filter((tick) => ticks[tick].some((population) => reads(populations[population].begin, populations[population].end))),
    };
  });
}

/** What a partition's neurons have computed by the end of a tick, of each group of environments and layer; [groups, ticks], row-major */
export interface LayerVersions {
  /** Times that the neurons have been computed from new inputs. */
  readonly versions: Int32Array;
  /** Number of the oldest observation that their voltages depend on. */
  readonly observations: Int32Array;
}

/**
 * How far observations have come through a network whose partitions do not wait for one another. The neurons of a layer have new inputs if a layer that they read
 * has a new version, or the partition has learned; and their voltages depend on observation
 *
 *   observation_d = min over partitions, and layers c that it reads, of observation_c,   and the submitted observation if it reads that
 *
 * as of the time they were read.
 */
export interface ActivationVersions {
  /** Ticks that a partition has taken. */
  ticksTaken(partition: number): number;
  /** Counts a tick that is not published yet. */
  countTick(partition: number): void;
  /** Ticks that a partition has published. */
  ticksPublished(partition: number): number;
  version(partition: number, group: number, tick: number): number;
  observation(partition: number, group: number, tick: number): number;
  /** The partitions that have neurons of each layer. */
  readonly owners: readonly (readonly number[])[];
  /** Publishes a partition's versions at the end of tick `tick`. Its voltages must have been written before. */
  publish(partition: number, turn: number, said: LayerVersions): void;
}

export function attachActivationVersions(arena: Arena, { ticks }: Topology, ownership: Ownership): ActivationVersions {
  const words = arena.int32(NAME);
  const taken = arena.int32(TAKEN);
  const partitions = ownership.length;
  const row = words.length / partitions;
  const half = (row - 1) >> 1; // versions in front, observations behind
  const at = (partition: number, group: number, tick: number) => partition * row + 1 + group * ticks.length + tick;
  return {
    ticksTaken: (partition) => Atomics.load(taken, partition * LINE),
    countTick(partition) {
      Atomics.store(taken, partition * LINE, Atomics.load(taken, partition * LINE) + 1);
    },
    ticksPublished: (partition) => Atomics.load(words, partition * row),
    version: (partition, group, tick) => Atomics.load(words, at(partition, group, tick)),
    observation: (partition, group, tick) => Atomics.load(words, at(partition, group, tick) + half),
    owners: ticks.map((populations) => ownership.flatMap((ranges, partition) => (populations.some((p) => ranges[p].end > ranges[p].begin) ? [partition] : []))),
    publish(partition, turn, { versions, observations }) {
      const first = at(partition, 0, 0);
      for (let i = 0; i < observations.length; i += 1) Atomics.store(words, first + half + i, observations[i]);
      for (let i = 0; i < versions.length; i += 1) Atomics.store(words, first + i, versions[i]); // a reader of these finds the observations and voltages behind them, or newer ones
      Atomics.store(words, partition * row, turn);
    },
  };
}
