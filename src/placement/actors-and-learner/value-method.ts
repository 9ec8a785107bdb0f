import type { Snapshot } from '../../memory/arena.js';
import { initialiseNoise, noiseShape } from '../../explore/noisy-weights.js';
import { attachParameter } from '../../memory/parameters.js';
import { initialiseWeights } from '../../network/initialise.js';
import { createStream } from '../../random/stream.js';
import { createPolicy, epsilonAt, exploreGreedily } from './actor.js';
import type { Agent } from '../agent.js';
import { createReplayAgent, type ReplayContext, type ReplayMethod } from './agent.js';
import { createLayout, type ValueLayout } from './layout.js';
import { createLearner } from './learner.js';
import { attachNoise } from './noise.js';
import type { ValueSettings } from './settings.js';

/** A value method with a replay: see `createReplayAgent`. @throws RangeError naming an option that does not fit the task or the network */
export function createValueAgent(settings: ValueSettings, checkpoint?: Snapshot): Agent {
  const layout = createLayout(settings);
  return createReplayAgent(settings, layout, (context) => createValueMethod(settings, layout, context), checkpoint);
}

function createValueMethod(settings: ValueSettings, layout: ValueLayout, context: ReplayContext): ReplayMethod {
  const { noise: noisy, seed, network } = settings;
  const { topology, credit, head } = layout;
  const { arena, kernels } = context;
  const learner = createLearner({ settings, layout, ...context });
  const { weights, credit: kept } = learner.network;
  const deviations = noisy && attachParameter(arena, noiseShape(topology));
  if (context.fresh) {
    initialiseWeights(topology, seed, network, weights.values);
    weights.target.set(weights.values);
    credit.initialise?.(topology, kept, seed);
    if (deviations) initialiseNoise(topology, noisy.scale, deviations.values);
    deviations?.target.set(deviations.values);
  }
  const policy = createPolicy(kernels, layout);
  const stream = createStream(seed, 'behaviour');
  const live = attachNoise(kernels, arena, topology, noisy && createStream(seed, 'noise/actor'), weights.of(0, topology.neurons));
  return {
    networks: [{ topology, weights }],
    ...(deviations && { further: [{ topology, weights: deviations }] }),
    values: head,
    explore(observation, step, acted) {
      const action = exploreGreedily(stream, step, epsilonAt(settings, step), head.actions, () => policy.choose(observation, live.values(step)));
      acted[0] = action;
      return action;
    },
    choose: (observation) => policy.choose(observation, weights.values),
    update(updates, steps) {
      learner.update(updates, steps);
    },
  };
}
