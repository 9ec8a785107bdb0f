import { createBoard } from '../network/dynamic.js';
import type { EnvironmentGroup } from '../replay/bookmarks.js';
import { createActor, type Actor } from './actor.js';
import { createExplorer } from './explorer.js';
import { createFreeActor } from './free-actor.js';
import { createFreeStage } from './free-stage.js';
import { createAwaitedStage, type Stage } from './stage.js';
import type { Views } from './views.js';
import { attachWave } from './wave.js';

/** Whether an action waits for the network to have answered its observation. */
export const ACTING_NAMES = ['awaited', 'free'] as const;
export type ActingName = (typeof ACTING_NAMES)[number];

/** How a partition, and the environment where it is its host, have to do with one another in acting. */
export interface Acting {
  /** True where it goes on beside learning, in a coroutine of its own; else a partition does one or the other, as the limiter says. */
  readonly beside: boolean;
  /** @param counted false in evaluation */
  createStage(counted: boolean): Stage;
  /** @param groups lanes of each group of environments that is answered */
  createActor(groups: readonly EnvironmentGroup[]): Actor;
}

const ACTING: Record<ActingName, (views: Views) => Acting> = { awaited, free };

export function createActing(views: Views): Acting {
  return ACTING[views.plan.settings.timing.acting](views);
}

/** An environment waits for its answer, and partitions for one another: the policy acted is the policy stored. */
function awaited(views: Views): Acting {
  return { beside: false, createStage: () => createAwaitedStage(views), createActor: (groups) => createActor(views, groups) };
}

/** Nobody waits for anybody: what is stored is what was acted in what was seen, though it may answer what was seen before. */
function free(views: Views): Acting {
  const { plan: { topology, ownership }, kernels, arena, actingBoard: { lanes, alive } } = views;
  const board = { ...createBoard(kernels, topology, lanes), ...(alive && { alive }) };
  const acting = { board, explorer: createExplorer(views, board, true), wave: attachWave(arena, topology, ownership) };
  return {
    beside: true,
    createStage: (counted) => createFreeStage(views, acting.wave, counted),
    createActor: (groups) => createFreeActor(views, groups, acting),
  };
}
