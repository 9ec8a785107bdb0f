import { DivergenceError } from '../../errors.js';
import { WORD } from '../../memory/control.js';
import type { Activations } from '../../network/activations.js';
import { attachExplorationState, createExploration } from '../../explore/voltage-noise.js';
import { neuronsIn, type NeuronRange } from '../../network/ownership.js';
import { neuronName } from '../../network/topology.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import { wholeRounds, type PartitionContext } from './partition-context.js';

/** The exploration noise of a partition's own neurons, with one draw in each step of each environment. */
export interface PartitionNoise {
  /** Reads the steps that environments have taken. @param lanes of the group that act */
  countSteps(group: number, lanes: EnvironmentGroup): void;
  /** Adds noise to the mean voltages of neurons `begin` up to `end` on lanes. @throws DivergenceError */
  explore(begin: number, end: number, lanes: EnvironmentGroup): void;
}

/**
 * @param activations with the mean voltages
 * @param ranges the neurons that explore here
 * @param skips true if neurons may not be computed in every step: correlated noise then moves through the steps in between as well
 */
export function createPartitionNoise({ layout, arena, control }: Pick<PartitionContext, 'layout' | 'arena' | 'control'>, activations: Activations, ranges: readonly NeuronRange[], skips = false): PartitionNoise {
  const { topology, settings, firstStochastic, groups } = layout;
  const { lanes } = activations;
  const exploration = createExploration(topology, settings.seed, settings.exploration, neuronsIn(ranges), attachExplorationState(arena), settings.steps / settings.environments);
  const steps = new Int32Array(lanes); // that each environment has taken
  const asked = skips && settings.exploration.correlation > 0 ? new Int32Array(topology.neurons * lanes).fill(-1) : undefined; // the step of the last draw

  function voltageOf(neuron: number, lane: number, mean: number, warmingUp: boolean): number {
    const step = steps[lane];
    if (asked === undefined) return exploration.explore(neuron, mean, step, warmingUp, lane);
    const at = neuron * lanes + lane;
    for (let passed = asked[at] < 0 ? step : asked[at]; passed < step; passed += 1) exploration.explore(neuron, mean, passed, warmingUp, lane);
    asked[at] = step;
    return exploration.explore(neuron, mean, step, warmingUp, lane);
  }

  return {
    /** The environments of a group step in order. */
    countSteps(group, { begin, end }) {
      const all = control.groups[group].steps.get();
      const size = groups[group].end - begin;
      for (let lane = begin; lane < end; lane += 1) steps[lane] = Math.floor((all - (lane - begin) + size - 1) / size);
    },
    explore(begin, end, { begin: first, end: last }) {
      const warmingUp = wholeRounds(layout, Atomics.load(control.words, WORD.steps)) < settings.learning.warmup;
      for (let neuron = Math.max(begin, firstStochastic); neuron < end; neuron += 1) {
        if (activations.alive?.[neuron] === 0) continue; // lesioned neurons do not explore
        for (let lane = first; lane < last; lane += 1) {
          const at = neuron * lanes + lane;
          const voltage = voltageOf(neuron, lane, activations.voltages[at], warmingUp);
          activations.voltages[at] = voltage;
          if (!Number.isFinite(activations.voltages[at])) throw new DivergenceError(neuronName(topology, neuron), 'voltage', voltage);
        }
      }
    },
  };
}
