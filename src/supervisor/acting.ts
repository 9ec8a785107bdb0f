import { createActivations } from '../network/dynamic.js';
import type { EnvironmentGroup } from '../replay/bookmarks.js';
import { createActor, type Actor, type Answering } from './actor.js';
import { createExplorer } from './explorer.js';
import { createFreeActor } from './free-actor.js';
import { createFreeStage } from './free-stage.js';
import { HOST_PARTITION } from './plan.js';
import { createAwaitedStage, type Stage } from './stage.js';
import type { ActingName } from './timing-options.js';
import { limiterWindow, type Views } from './views.js';
import { attachWave } from './wave.js';

/** How a partition, and the environment where it is its host, have to do with one another in acting. */
export interface Acting {
  /** True where it goes on beside learning, in a coroutine of its own; else a partition does one or the other, as the limiter says. */
  readonly beside: boolean;
  /** True where partitions other than the host have no part in it. */
  readonly hosted: boolean;
  /** Whether the limiter lets a partition act that has made so many updates. */
  readonly mayAct: (updates: number, experience: number) => boolean;
  /** @param counted false in evaluation */
  createStage(counted: boolean): Stage;
  /** @param groups lanes of each group of environments that is answered */
  createActor(groups: readonly EnvironmentGroup[]): Actor;
}

const ACTING: Record<ActingName, (views: Views) => Acting> = { hosted, awaited, free };

export function createActing(views: Views): Acting {
  return ACTING[views.plan.settings.timing.acting](views);
}

/**
 * Nobody waits for a partition that is in the midst of an update, or has lost its core for a moment. Nothing else keeps partitions together then, so that the host
 * sees to it that none is further behind it than a quarter of what learning may be behind acting (docs/research.md, entry 30).
 */
function hosted(views: Views): Acting {
  const { plan, plan: { topology: { populations } }, partition, control: { version, progress }, limiter } = views;
  const drift = limiterWindow(plan) / 4;
  const answering: Answering = { ranges: populations, turns: (group) => progress[group].get(HOST_PARTITION), alone: true };
  return {
    beside: false,
    hosted: true,
    mayAct(updates, experience) {
      const least = version.least();
      return limiter.mayAct(least, experience) && updates - least <= drift;
    },
    createStage: () => createAwaitedStage(views, answering),
    createActor: (groups) => (partition === HOST_PARTITION ? createActor(views, groups, answering) : NOBODY),
  };
}

/** A partition that nobody asks. */
const NOBODY: Actor = { ready: () => false, advance: () => undefined };

/** An environment waits for its answer, and partitions for one another: the policy acted is the policy stored. */
function awaited(views: Views): Acting {
  return { beside: false, hosted: false, mayAct: (updates, experience) => views.limiter.mayAct(updates, experience), createStage: () => createAwaitedStage(views), createActor: (groups) => createActor(views, groups) };
}

/** Nobody waits for anybody: what is stored is what was acted in what was seen, though it may answer what was seen before. */
function free(views: Views): Acting {
  const { plan: { topology, ownership }, kernels, arena, inferenceActivations: { lanes, alive } } = views;
  const activations = { ...createActivations(kernels, topology, lanes), ...(alive && { alive }) };
  const acting = { activations, explorer: createExplorer(views, activations, ownership[views.partition], true), wave: attachWave(arena, topology, ownership) };
  return {
    beside: true,
    hosted: false,
    mayAct: (updates, experience) => views.limiter.mayAct(updates, experience),
    createStage: (counted) => createFreeStage(views, acting.wave, counted),
    createActor: (groups) => createFreeActor(views, groups, acting),
  };
}
