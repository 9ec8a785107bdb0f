import { iota } from '../kernels/kernels.js';
import type { TraceStep } from '../optimise/optimiser.js';
import { largestPopulation } from './local-critic.js';
import { createRowGradient } from './row-gradient.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { RuleContext } from './rule.js';

/** The parameters in which a neuron keeps the traces of its row and of its critic part. */
export const TRACE = 'trace';
export const CRITIC_TRACE = 'critic-trace';

/** Where it keeps what all traces that step together come to at most. */
export const REACH = 'reach';

/** The eligibility traces of the neurons of one partition, a neuron or group at a time. Each step that is returned is good until the next. */
export interface Traces {
  /** What each of the neurons makes of what is traced; to be set before these are followed; [count] */
  readonly credit: Float32Array;
  /**
   * e ← γλ e + credit ∂v/∂K, of rows; |e|_1 of each is its own.
   *
   * Reads: voltages of the sources. Writes: the neurons' own traces; `credit` is overwritten.
   *
   * @param means mean voltages, where the activations have others; laid out as its own
   */
  followRows(neuron: Neuron, batch: Batch, tdError: number, means?: Float32Array): TraceStep;
  /**
   * z ← γλ z + v_n signals, of critic parts.
   *
   * Reads: the neurons' own voltages. Writes: the neurons' own traces; `credit`.
   *
   * @param signals as many numbers as there are in a part
   * @param reach what all traces come to that step together with each neuron's; [count]
   */
  followParts(neuron: Neuron, batch: Batch, tdError: number, signals: Float32Array, reach: Float32Array): TraceStep;
  /** reach ← γλ reach + inputNorm: an upper bound of Σ|trace| over all traces that step together, kept by each neuron. Writes: the neurons' own. */
  reachOf(neuron: Neuron, batch: Batch, inputNorm: number): Float32Array;
}

/** @param size numbers in each critic part */
export function createTraces({ kernels, topology, longest, discount, traceDecay }: RuleContext, size: number): Traces {
  const decay = discount * traceDecay;
  const most = largestPopulation(topology);
  const gradeRows = createRowGradient(kernels, longest);
  const [credit, ownReach] = [kernels.numbers(most), kernels.numbers(most)];
  const direction = kernels.numbers(longest);
  const parts = iota(most + 1).map((part) => part * size);
  const kept = ({ episodeStart }: Batch) => (episodeStart ? 0 : decay);

  return {
    credit,
    followRows(neuron, batch, tdError, means) {
      const rows = { offset: topology.rowOffset, begin: neuron.index, end: neuron.index + neuron.count };
      const { terms, shared } = gradeRows(neuron, batch, credit, means);
      kernels.followTraces({ rows, credit, terms, shared, kept: kept(batch), tdError, trace: neuron.parameters[TRACE].values, direction, reach: ownReach });
      return { rows, direction, reach: ownReach, tdError };
    },
    followParts({ index, count, parameters }, batch, tdError, signals, reach) {
      const { voltages, lanes } = batch.activations;
      const rows = { offset: parts, begin: 0, end: count };
      for (let i = 0; i < count; i += 1) credit[i] = voltages[(index + i) * lanes];
      kernels.followTraces({ rows, credit, terms: signals, shared: true, kept: kept(batch), tdError, trace: parameters[CRITIC_TRACE].values, direction, reach: ownReach });
      return { rows, direction, reach, tdError };
    },
    reachOf({ parameters }, batch, inputNorm) {
      const { values } = parameters[REACH];
      for (let i = 0; i < values.length; i += 1) values[i] = kept(batch) * values[i] + inputNorm;
      return values;
    },
  };
}
