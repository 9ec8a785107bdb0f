import { DivergenceError } from '../errors.js';
import { addScaled, innerProduct } from '../kernels/reference.js';
import type { HeardParameter, ParameterShape } from '../memory/parameters.js';
import { neuronName, type Topology } from '../network/topology.js';
import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { CRITIC, type Batch, type Neuron, type RuleContext, type RuleProgram } from './rule.js';

/**
 * The critic whose parts are spread over the neurons, and the one TD error that is broadcast to all of them:
 *
 *   Q = Σ_n v_n (θ_n + Σ_k (a_k - μ_k) w_{k,n}),   D = r + γ Σ_n θ'_n v'_n - Q
 *
 * Neuron n owns θ_n and w_{k,n}, one for each output k, and its contribution to the sum is its own voltage times its own
 * numbers: what crosses neurons is the sum. Output neurons contribute nothing, their voltages being the action. It is
 * computed by every partition from the published voltages, in neuron order, so that all hear the same scalar.
 */
export interface SharedCritic {
  /** D of each transition; [size] */
  readonly tdError: Float32Array;
  /** a_k - μ_k; [outputs, size], row-major */
  readonly deviation: Float32Array;
  /** ∂Q/∂a_k = Σ_n w_{k,n} v_n; [outputs, size], row-major */
  readonly slope: Float32Array;
  observe(batch: Batch): void;
  /** Q of each transition, by what was last observed. Writes: `value`, [size]. */
  estimate(batch: Batch, value: Float32Array): void;
  /** θ_n += η_Q mean(D v_n), w_{k,n} += η_Q mean(D (a_k - μ_k) v_n), then the target copy follows. Writes: n's own part. */
  learnPart(neuron: Neuron, batch: Batch, update: number): void;
}

/** Each input and hidden neuron keeps [θ_n, w_{1,n}, …, w_{K,n}] and a target copy. */
export function sharedCriticShape({ neurons, outputs }: Topology): ParameterShape {
  const size = 1 + outputs.end - outputs.begin;
  const lengths = Array.from({ length: neurons }, (_, neuron) => (neuron < outputs.begin ? size : 0));
  return { name: CRITIC, lengths, target: true, published: true, learned: true };
}

function createSharedCritic({ topology, heard, rates, optimiser, batchSize }: RuleContext): SharedCritic {
  const { values, target } = heard[CRITIC];
  const first = topology.outputs.begin;
  const outputs = topology.outputs.end - first;
  const size = 1 + outputs;
  const tdError = new Float32Array(batchSize);
  const deviation = new Float32Array(outputs * batchSize);
  const slope = new Float32Array(outputs * batchSize);
  const successorValue = new Float32Array(batchSize);
  const product = new Float32Array(batchSize);
  const gradient = new Float32Array(size);
  const slopeOf = Array.from({ length: outputs }, (_, k) => slope.subarray(k * batchSize, (k + 1) * batchSize));
  const deviationOf = Array.from({ length: outputs }, (_, k) => deviation.subarray(k * batchSize, (k + 1) * batchSize));

  function observeActions({ board, acted, firstExplorer }: Batch): void {
    for (let k = 0; k < outputs; k += 1) {
      const mean = (first + k) * board.lanes;
      const action = (first + k - firstExplorer) * batchSize;
      for (let b = 0; b < batchSize; b += 1) deviationOf[k][b] = acted[action + b] - board.voltages[mean + b];
    }
  }

  function observeVoltages({ board: { voltages, lanes } }: Batch): void {
    tdError.fill(0);
    successorValue.fill(0);
    slope.fill(0);
    for (let neuron = 0; neuron < first; neuron += 1) {
      const lane = neuron * lanes;
      addScaled(-values[neuron * size], voltages, lane, tdError, batchSize);
      addScaled(target[neuron * size], voltages, lane + batchSize, successorValue, batchSize);
      for (let k = 0; k < outputs; k += 1) addScaled(values[neuron * size + 1 + k], voltages, lane, slopeOf[k], batchSize);
    }
  }

  return {
    tdError,
    deviation,
    slope,
    observe(batch) {
      observeActions(batch);
      observeVoltages(batch);
      for (let b = 0; b < batchSize; b += 1) {
        let error = tdError[b] + batch.reward[b] + batch.continuation[b] * successorValue[b];
        for (let k = 0; k < outputs; k += 1) error -= deviationOf[k][b] * slopeOf[k][b];
        tdError[b] = error;
        if (!Number.isFinite(tdError[b])) throw valueDivergence(topology, heard[CRITIC], size, tdError[b]); // as stored: float32 ends at 3.4e38
      }
    },
    estimate({ board: { voltages, lanes } }, value) {
      value.fill(0);
      for (let neuron = 0; neuron < first; neuron += 1) addScaled(values[neuron * size], voltages, neuron * lanes, value, batchSize);
      for (let k = 0; k < outputs; k += 1) for (let b = 0; b < batchSize; b += 1) value[b] += deviationOf[k][b] * slopeOf[k][b];
    },
    learnPart(neuron, { board }, update) {
      const lane = neuron.index * board.lanes;
      for (let b = 0; b < batchSize; b += 1) product[b] = (tdError[b] * board.voltages[lane + b]) / batchSize;
      gradient.fill(0);
      for (let b = 0; b < batchSize; b += 1) gradient[0] += product[b];
      for (let k = 0; k < outputs; k += 1) gradient[1 + k] = innerProduct(product, deviationOf[k], 0, batchSize);
      optimiser.step(neuron.parameters[CRITIC], gradient, rates.criticRate, update);
      followTarget(neuron.parameters[CRITIC], rates.targetRate);
    },
  };
}

/**
 * What to say of a broadcast TD error that is not finite: it names the neuron whose critic part has left the finite numbers;
 * where all are finite, the one with the largest.
 *
 * @param size numbers that each input and hidden neuron keeps
 */
export function valueDivergence(topology: Topology, { values, target }: HeardParameter, size: number, error: number): DivergenceError {
  let worst = 0;
  const magnitude = (neuron: number) => {
    let largest = 0;
    const part = [values, target].flatMap((numbers) => [...numbers.subarray(neuron * size, (neuron + 1) * size)]);
    for (const number of part) largest = Math.max(largest, Math.abs(number));
    return Number.isNaN(largest) ? Infinity : largest;
  };
  for (let neuron = 1; neuron < topology.outputs.begin; neuron += 1) if (magnitude(neuron) > magnitude(worst)) worst = neuron;
  return new DivergenceError(neuronName(topology, worst), 'TD error, led by the critic part', error);
}

/** Fills `credit` with what a hidden neuron takes for ∂Q/∂a of each transition; [size]. */
export type HiddenCredit = (neuron: Neuron, critic: SharedCritic, credit: Float32Array) => void;

/** What the read phase works out besides the TD error, from it and the voltages. */
export type AlsoBroadcast = (critic: SharedCritic, batch: Batch) => void;

/**
 * The program of a rule with a shared critic. Output neurons climb ∂Q/∂a_k; what hidden neurons climb is all that sets such
 * rules apart.
 */
export function createSharedCriticProgram(context: RuleContext, hiddenCredit: HiddenCredit, alsoBroadcast?: AlsoBroadcast): RuleProgram {
  const critic = createSharedCritic(context);
  const actor = createActor(context);
  const credit = new Float32Array(context.batchSize);
  const first = context.topology.outputs.begin;
  return {
    broadcast(batch) {
      critic.observe(batch);
      alsoBroadcast?.(critic, batch);
    },
    learn(neuron, batch, update) {
      const { size } = batch;
      if (neuron.kind === 'output') credit.set(critic.slope.subarray((neuron.index - first) * size, (neuron.index - first + 1) * size));
      else if (neuron.kind === 'hidden') hiddenCredit(neuron, critic, credit);
      if (neuron.kind !== 'input') actor.learnRow(neuron, batch, credit, update);
      if (neuron.kind !== 'output') critic.learnPart(neuron, batch, update);
    },
    estimate: (_neuron, batch, value) => { critic.estimate(batch, value); },
  };
}
