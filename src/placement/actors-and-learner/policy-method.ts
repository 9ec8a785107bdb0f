import type { Snapshot } from '../../memory/arena.js';
import { attachExplorationState, createExploration } from '../../explore/voltage-noise.js';
import { createActivations, propagate } from '../../network/dynamic.js';
import { initialiseWeights } from '../../network/initialise.js';
import type { Agent } from '../agent.js';
import { createReplayAgent, type ReplayContext, type ReplayMethod } from './agent.js';
import { createPolicyLayout, type PolicyLayout } from './policy-layout.js';
import { createPolicyLearner } from './policy-learner.js';
import type { PolicySettings } from './policy-settings.js';

/** d4pg: see `createReplayAgent`. @throws RangeError naming an option that does not fit the task or the network */
export function createPolicyAgent(settings: PolicySettings, checkpoint?: Snapshot): Agent {
  const layout = createPolicyLayout(settings);
  return createReplayAgent(settings, layout, (context) => createPolicyMethod(settings, layout, context), checkpoint);
}

function createPolicyMethod(settings: PolicySettings, layout: PolicyLayout, context: ReplayContext): ReplayMethod {
  const { seed, network, exploration: scale, learning: { warmup }, steps: planned } = settings;
  const { actorTopology: topology, encoder, decoder, credit } = layout;
  const { kernels, arena } = context;
  const { actor, critic, update } = createPolicyLearner(settings, layout, context);
  if (context.fresh) {
    for (const trained of [actor, critic]) {
      initialiseWeights(trained.topology, seed, network, trained.weights.values);
      trained.weights.target.set(trained.weights.values);
      credit.initialise?.(trained.topology, trained.credit, seed);
    }
  }
  const activations = createActivations(kernels, topology, 1);
  const { begin, end } = topology.outputs;
  const outputs = activations.voltages.subarray(begin, end);
  const neurons = Array.from(outputs, (_, k) => begin + k);
  const exploration = createExploration(topology, seed, { ...scale, hidden: 0 }, neurons, attachExplorationState(arena), planned);

  function show(observation: ArrayLike<number>): void {
    encoder.encode(observation, activations.voltages);
    propagate(kernels, topology, actor.weights.values, activations, 0, 1);
  }

  return {
    networks: [actor, critic],
    explore(observation, step, acted) {
      show(observation);
      for (let k = 0; k < outputs.length; k += 1) acted[k] = exploration.explore(begin + k, outputs[k], step, step < warmup);
      return decoder.decode(acted);
    },
    choose(observation) {
      show(observation);
      return decoder.decode(outputs);
    },
    update,
  };
}
