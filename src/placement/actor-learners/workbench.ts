import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { onEachHead } from '../../objective/heads.js';
import type { RolloutObjective, Rollout } from '../../objective/rollout.js';
import type { ActorLearnersLayout } from './layout.js';
import { createLocalNetworks, type LocalNetworks } from './local-networks.js';

/** What actors act and learn with: one for all actors of a thread that finish their rollouts one by one. */
export interface Workbench {
  readonly networks: LocalNetworks;
  readonly objective: RolloutObjective;
  readonly rollout: Rollout;
}

export function createWorkbench(kernels: Kernels, arena: Arena, layout: ActorLearnersLayout): Workbench {
  const { method, distribution, outputs, heads, cursors: { components }, settings: { rollout: { steps: size }, policy } } = layout;
  const weights = { value: policy?.valueWeight ?? 0, entropy: policy?.entropyWeight ?? 0 };
  const objective = onEachHead(method.create({ room: kernels, outputs, size, distribution, weights }), heads, kernels);
  return {
    networks: createLocalNetworks(kernels, arena, layout, objective.error),
    objective,
    rollout: {
      size,
      length: 0,
      outputs: new Float32Array(heads * outputs * size),
      successors: kernels.numbers(heads * outputs * size),
      actions: new Float32Array(components * (size + 1)),
      rewards: new Float32Array(size),
      discounts: new Float32Array(size),
    },
  };
}
