import { box, type Environment } from '../environment/environment.js';
import type { Board } from './dynamic.js';
import type { Topology } from './topology.js';

/** Which hidden neurons are read again in the next environment step, and how slowly what they said then fades. */
export interface Recurrence {
  /** Share of the neurons of each hidden layer that are read again; 0: nothing outlasts the step. */
  readonly recurrent: number;
  /** τ of the slowest, in environment steps; they are spread from 1 to it in equal ratios. */
  readonly timeConstant: number;
}

/** Neurons of a network that are read again: as many inputs more. */
export function recurrentNeurons(hidden: readonly number[], { recurrent }: Pick<Recurrence, 'recurrent'>): number {
  return hidden.reduce((sum, size) => sum + Math.round(recurrent * size), 0);
}

/** The last input neurons, and the hidden neurons whose voltages they carry on. Plain data. */
export interface RecurrentContext {
  /** First of the input neurons that carry a voltage. */
  readonly begin: number;
  /** The hidden neuron that each listens to. */
  readonly heard: Int32Array;
  /** 1/τ of each. */
  readonly shares: Float64Array;
}

/** @param hidden sizes of the hidden layers of `topology`, whose last inputs are the context's */
export function createContext({ inputs, populations }: Topology, hidden: readonly number[], recurrence: Recurrence): RecurrentContext {
  const heard: number[] = [];
  const shares: number[] = [];
  populations.filter(({ kind }) => kind === 'hidden').forEach(({ begin }, layer) => {
    const count = Math.round(recurrence.recurrent * hidden[layer]);
    for (let i = 0; i < count; i += 1) {
      heard.push(begin + i);
      shares.push(1 / recurrence.timeConstant ** (count === 1 ? 1 : i / (count - 1)));
    }
  });
  return { begin: inputs.end - heard.length, heard: Int32Array.from(heard), shares: Float64Array.from(shares) };
}

/**
 * An environment as a recurrent network sees it: every observation is followed by what the network has made of those before. With c_n the voltage of
 * an input neuron and v_n that of the hidden neuron it listens to, as acted, exploration included:
 *
 *   c_n ← c_n + (v_n - c_n) / τ_n from step to step,   c_n = 0 at the start of an episode
 *
 * τ_n = 1 is the voltage of the step before itself. A weight from c_n is so a lateral connection, from neuron n to its neighbours and
 * itself, one environment step long, and neuron n together with c_n a leaky integrator. As c_n stands still while a step is
 * computed, partitions read one another's last voltages whatever the schedule; and as it is stored with the observation, every rule learns its weights,
 * from the stream or from a replay, without unrolling: what is kept does not grow with the episode.
 *
 * Source: Elman 1990, context units; Jaeger et al. 2007 for leaky ones. Differs: credit goes back by one step, and further by eligibility
 * traces alone; a replay holds contexts as they were.
 *
 * Reads: the lane's voltages, at the moment of the step. It keeps nothing itself.
 *
 * @param lane of the board on which the network answers this environment
 */
export function createRecurring(environment: Environment, { begin, heard, shares }: RecurrentContext, { voltages, lanes }: Pick<Board, 'lanes' | 'voltages'>, lane: number): Environment {
  if (heard.length === 0) return environment;
  const { observationSpace: { low, high } } = environment;
  const bound = new Array<number>(heard.length).fill(Infinity);

  function follow(observation: Float64Array, context?: Float64Array): Float64Array {
    const seen = new Float64Array(observation.length + heard.length);
    seen.set(observation);
    if (context !== undefined) seen.set(context, observation.length);
    return seen;
  }

  /** What the network has said, before the environment moves on. */
  function carry(): Float64Array {
    return Float64Array.from(heard, (neuron, i) => {
      const before = voltages[(begin + i) * lanes + lane];
      return before + shares[i] * (voltages[neuron * lanes + lane] - before);
    });
  }

  return {
    id: environment.id,
    actionSpace: environment.actionSpace,
    observationSpace: box([...low, ...bound.map((value) => -value)], [...high, ...bound]),
    reset: (options) => follow(environment.reset(options)),
    step(action) {
      const context = carry();
      const result = environment.step(action);
      return { ...result, observation: follow(result.observation, context) };
    },
    getState: () => environment.getState(),
    setState(state) {
      environment.setState(state);
    },
    close() {
      environment.close();
    },
  };
}
