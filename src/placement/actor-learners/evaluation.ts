import { playEpisode } from '../../environment/loop.js';
import { createKernels } from '../../kernels/create.js';
import type { Arena } from '../../memory/arena.js';
import { attachParameter } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import { createWorkbench } from './workbench.js';
import { createBehaviour } from './behaviour.js';
import { attachActorCursors } from './cursors.js';
import { makeActorEnvironment, weightShape, type ActorLearnersLayout } from './layout.js';

/** State of the first actor's environment, whose gains of observation traces an evaluation takes. */
export function trainedState({ cursors }: ActorLearnersLayout, arena: Arena): ArrayLike<number> | 'untrained' {
  return attachActorCursors(arena, cursors).read(0)?.[0].state ?? 'untrained';
}

/** Plays whole episodes without exploration, on the calling thread, with the shared weights as they are. @returns the return of the episode of a seed */
export function createPlayer(layout: ActorLearnersLayout, arena: Arena): (seed: number) => number {
  const { settings, networks: plans, cursors } = layout;
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, settings.workers)); // after those of the workers
  const { networks } = createWorkbench(kernels, arena, layout);
  const behaviour = createBehaviour(layout, 0);
  const { values } = attachParameter(arena, weightShape(plans));
  const action = new Float32Array(cursors.components);
  return (seed) => {
    networks.weights.set(values);
    let first = true;
    const environment = makeActorEnvironment(settings, undefined, trainedState(layout, arena));
    const { episodeReturn } = playEpisode(environment, seed, (observation) => {
      networks.show(first ? observation : networks.remember(observation, 0), 0);
      first = false;
      behaviour.greedy(networks.said, action);
      return behaviour.decode(action);
    });
    environment.close();
    return episodeReturn;
  };
}
