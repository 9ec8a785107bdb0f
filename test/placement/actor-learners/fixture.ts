import { createKernels } from '../../../src/kernels/create.js';
import { createArena } from '../../../src/memory/arena.js';
import { attachParameter } from '../../../src/memory/parameters.js';
import { createWorkspace } from '../../../src/memory/workspace.js';
import { createWorkbench } from '../../../src/placement/actor-learners/workbench.js';
import { attachCredit, createLayout, weightShape } from '../../../src/placement/actor-learners/layout.js';
import { resolveActorLearnerSettings, type ActorLearnerOptions } from '../../../src/placement/actor-learners/settings.js';
import { createStream } from '../../../src/random/stream.js';

/** The networks of small actor-learners, with drawn weights, on the calling thread. */
export function createBench(options: ActorLearnerOptions) {
  const settings = resolveActorLearnerSettings({ environment: 'CartPole-v1', network: { hidden: [5, 4] }, actors: 2, workers: 1, ...options });
  const layout = createLayout(settings);
  const arena = createArena(layout.blocks);
  const kernels = createKernels('simd', () => createWorkspace(arena, 0));
  const bench = createWorkbench(kernels, arena, layout);
  const stream = createStream(3, 'bench');
  const shared = attachParameter(arena, weightShape(layout.networks));
  for (let i = 0; i < layout.weights; i += 1) shared.target[i] = shared.values[i] = bench.networks.weights[i] = stream.gaussian() / 2;
  for (const plan of layout.networks) layout.credit.initialise?.(plan.topology, attachCredit(arena, plan, layout.credit), 3);
  return { settings, layout, arena, kernels, stream, shared, ...bench };
}

export type Bench = ReturnType<typeof createBench>;

/** Shows a rollout of drawn observations, with drawn actions, rewards and successors. */
export function drawRollout({ rollout, networks, layout, stream, settings }: Bench, length = rollout.size): void {
  const { size, outputs, successors, actions, rewards, discounts } = rollout;
  const { components } = layout.cursors;
  rollout.length = length;
  for (let t = 0; t < length; t += 1) {
    networks.show(Array.from({ length: layout.cursors.observations }, () => stream.gaussian()), t);
    networks.readOuts.forEach((each, k) => { outputs[k * size + t] = each; });
    for (let k = 0; k < components; k += 1) actions[k * (size + 1) + t] = layout.decoder.space.kind === 'discrete' ? stream.integer(layout.decoder.space.count) : stream.gaussian();
    rewards[t] = stream.gaussian();
    discounts[t] = settings.learning.discount;
  }
  for (let i = 0; i < successors.length; i += 1) successors[i] = stream.gaussian();
}
