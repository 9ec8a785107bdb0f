import { wrongValue } from '../check.js';
import { InternalError } from '../errors.js';
import { box, type BoxSpace, type Environment, type StepResult } from '../environment/environment.js';
import { createEncoder, type Encoder } from './encoder.js';
import { createTraceBankState, resetTraces, LARGEST, traceNeurons, updateTraces, type TraceBank, type TraceBankState } from './trace-bank.js';
import { BIAS_NEURON } from './topology.js';

/** How observations become input voltages. */
export interface ObservationEncoding {
  /** Time constants of the observation traces; empty: no traces. */
  readonly observationTraces: readonly number[];
  readonly observationScale: readonly number[] | null;
}

/**
 * The encoder of a network's inputs: an observation, and then voltages that are not scaled, such as observation traces.
 *
 * @param inputs numbers in both together
 */
export function createInputEncoder(space: BoxSpace, { observationScale }: Pick<ObservationEncoding, 'observationScale'>, inputs = space.low.length): Encoder {
  return createEncoder(space, observationScale ?? undefined, inputs - space.low.length);
}

/**
 * An environment with observation traces: every observation is extended by the traces' voltages,
 * and integrators and gains are part of the state. So a cursor of the environment holds the traces too, and a step that is
 * taken again from there adapts no gain twice. Without traces it is the environment itself.
 *
 * The traces follow each observation once, as the encoder scales it, the last of an episode too; a reset clears the integrators
 * and keeps the gains.
 *
 * @param trained the state of another such environment, whose gains are taken and stay as they are: for evaluation
 * @throws RangeError naming `network.observationScale` where its length is not the space's
 */
export function withObservationTraces(environment: Environment, encoding: ObservationEncoding, trained?: ArrayLike<number> | 'untrained'): Environment {
  const { observationTraces: timeConstants } = encoding;
  if (timeConstants.length === 0) return environment;
  const { observationSpace: { low, high } } = environment;
  const observations = low.length;
  const memory = { observations, timeConstants };
  const encoder = createInputEncoder(environment.observationSpace, encoding);
  const state = createTraceBankState(memory);
  const parts = partsOf(state);
  const neurons = traceNeurons(memory);
  const encoded = new Float32Array(BIAS_NEURON + 1 + observations);

  function see(observation: Float64Array): Float64Array {
    const seen = new Float64Array(observations + neurons);
    seen.set(observation);
    encoder.encode(observation, encoded);
    updateTraces(memory, state, encoded, BIAS_NEURON + 1, seen, observations, trained === undefined);
    return seen;
  }

  if (trained !== undefined && trained !== 'untrained') restoreMemory(state, trained);
  return {
    id: environment.id,
    actionSpace: environment.actionSpace,
    observationSpace: box([...low, ...new Array<number>(neurons).fill(-LARGEST)], [...high, ...new Array<number>(neurons).fill(LARGEST)]),
    reset(options) {
      resetTraces(state);
      return see(environment.reset(options));
    },
    step(action): StepResult {
      const { observation, reward, terminated, truncated } = environment.step(action);
      return { observation: see(observation), reward, terminated, truncated };
    },
    getState() {
      const numbers = environment.getState();
      for (const part of parts) for (let i = 0; i < part.length; i += 1) numbers.push(part[i]);
      return numbers;
    },
    setState(numbers) {
      environment.setState(Array.from(numbers).slice(0, checkMemory(state, numbers)));
      restoreMemory(state, numbers);
    },
    close() {
      environment.close();
    },
  };
}

/** The memory in the state of an environment that `withObservationTraces` made: its gains are those of the end of training. */
export function traceBankOf(memory: TraceBank, trained: ArrayLike<number> | 'untrained'): TraceBankState {
  const state = createTraceBankState(memory);
  if (trained !== 'untrained') restoreMemory(state, trained);
  return state;
}

/** In the order in which they end an environment's state. */
function partsOf({ integrators, meanSquares, observed }: TraceBankState): Float64Array[] {
  return [integrators, meanSquares, observed];
}

/** Checks the traces at the end of a state. @throws RangeError naming `state` where they are missing, not finite, or gains are negative; @returns where they begin */
function checkMemory(memory: TraceBankState, numbers: ArrayLike<number>): number {
  const parts = partsOf(memory);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const begin = numbers.length - size;
  if (begin < 0) throw wrongValue('state', `a list that ends in the ${size} numbers of the memory`, Array.from(numbers));
  for (let i = begin; i < numbers.length; i += 1) {
    const negative = i >= begin + memory.integrators.length && numbers[i] < 0;
    if (!Number.isFinite(numbers[i]) || negative) throw wrongValue('state', 'finite numbers for the memory, its gains not negative', numbers[i], ` at index ${i}`);
  }
  return begin;
}

/** Takes the memory's numbers from the end of a state. */
function restoreMemory(memory: TraceBankState, numbers: ArrayLike<number>): void {
  const parts = partsOf(memory);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  let from = numbers.length - size;
  if (from < 0) throw new InternalError(`a state of ${numbers.length} numbers holds no memory of ${size}`);
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 1) part[i] = numbers[from + i];
    from += part.length;
  }
}
