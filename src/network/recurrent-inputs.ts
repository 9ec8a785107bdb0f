import { box, type Environment } from '../environment/environment.js';
import type { Activations } from './activations.js';
import { keep, type Membrane } from './membrane.js';
import type { Population } from './topology.js';

/** The last input neurons, which carry voltages and membrane states from step to step. Plain data. */
export interface RecurrentInputs {
  /** First of the input neurons that carry a voltage. */
  readonly begin: number;
  /** The hidden neuron that each copies. */
  readonly sources: Int32Array;
  /** 1/τ of each. */
  readonly shares: Float64Array;
  /** Populations whose neurons have a membrane: their states follow the voltages, in their order. */
  readonly membranes: readonly Keeping[];
  /** Input neurons that it has in all. */
  readonly size: number;
}

/** A population whose neurons keep something. */
export interface Keeping extends Population {
  readonly membrane: Membrane;
}

/**
 * An environment for a recurrent network: every observation is extended by voltages of the step before. With c_n the voltage of
 * an input neuron and v_n that of the hidden neuron that it copies, as acted, exploration included:
 *
 *   c_n ← c_n + (v_n - c_n) / τ_n from step to step,   c_n = 0 at the start of an episode
 *
 * τ_n = 1 is the voltage of the step before itself. A weight from c_n is so a lateral connection, from neuron n to its neighbours and
 * itself, one environment step long, and neuron n together with c_n a leaky integrator. As c_n is constant while a step is
 * computed, partitions read one another's last voltages whatever the schedule; and as it is stored with the observation, every rule learns its weights,
 * from the stream or from a replay, without unrolling: the state does not grow with the episode.
 *
 * Source: Elman 1990, context units; Jaeger et al. 2007 for leaky ones. Differs: credit goes back by one step, and further by eligibility
 * traces alone; a replay holds contexts as they were.
 *
 * What neurons with a membrane keep of their own is carried on beside it.
 *
 * Reads: the lane's voltages and weighted inputs, at the moment of the step. It keeps nothing itself.
 *
 * @param lane of the activations on which the network answers this environment
 */
export function withRecurrentInputs(environment: Environment, { begin, sources, shares, membranes, size }: RecurrentInputs, activations: Pick<Activations, 'lanes' | 'voltages' | 'weightedInputs'>, lane: number): Environment {
  const { voltages, lanes } = activations;
  if (size === 0) return environment;
  const { observationSpace: { low, high } } = environment;
  const bound = new Array<number>(size).fill(Infinity);

  function follow(observation: Float64Array, context?: Float64Array): Float64Array {
    const seen = new Float64Array(observation.length + size);
    seen.set(observation);
    if (context !== undefined) seen.set(context, observation.length);
    return seen;
  }

  /** Voltages to carry on, read before the environment steps. */
  function carry(): Float64Array {
    const context = new Float64Array(size);
    for (let i = 0; i < sources.length; i += 1) {
      const before = voltages[(begin + i) * lanes + lane];
      context[i] = before + shares[i] * (voltages[sources[i] * lanes + lane] - before);
    }
    for (const population of membranes) {
      const { membrane } = population;
      keep(membrane, population, activations, lane, context, membrane.kept - begin);
    }
    return context;
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
