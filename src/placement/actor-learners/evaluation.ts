import { playEpisode } from '../../environment/loop.js';
import { makeEnvironment } from '../../environment/registry.js';
import { createKernels } from '../../kernels/create.js';
import type { Arena } from '../../memory/arena.js';
import { attachParameter } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import { createWorkbench } from './actor.js';
import { createBehaviour } from './behaviour.js';
import { weightShape, type ActorLearnersLayout } from './layout.js';

/** Plays whole episodes without exploration, on the calling thread, with the shared weights as they are. @returns the return of the episode of a seed */
export function createPlayer(layout: ActorLearnersLayout, arena: Arena): (seed: number) => number {
  const { settings, networks: plans, cursors } = layout;
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, settings.workers)); // after those of the workers
  const { networks } = createWorkbench(kernels, arena, layout);
  const behaviour = createBehaviour(layout, 0);
  const environment = makeEnvironment(settings.environment);
  const { values } = attachParameter(arena, weightShape(plans));
  const action = new Float32Array(cursors.components);
  return (seed) => {
    networks.weights.set(values);
    return playEpisode(environment, seed, (observation) => {
      networks.show(observation, 0);
      behaviour.greedy(networks.said, action);
      return behaviour.decode(action);
    }).episodeReturn;
  };
}
