import { drawFirstState, drawOutcome, type TransitionModel } from '../../environment/model.js';
import type { Stream } from '../../random/stream.js';

/** Episodes of a task with a known model, as its environment plays them, without observations and without allocation. */
export interface Walk {
  /** The present state. */
  readonly state: number;
  readonly reward: number;
  /** The task ended here: the state has no value. */
  readonly terminated: boolean;
  /** The time limit cut the episode: the state keeps its value. */
  readonly truncated: boolean;
  /** Starts an episode. */
  reset(): void;
  step(action: number): void;
}

/** @param stream of the environment: with the same one, and the same actions, `createEnvironment` plays the same episodes */
export function createWalk(model: TransitionModel, stream: Stream): Walk {
  let elapsed = 0;
  const walk = {
    state: 0,
    reward: 0,
    terminated: false,
    truncated: false,
    reset() {
      walk.state = drawFirstState(model, stream);
      elapsed = 0;
    },
    step(action: number) {
      const outcome = drawOutcome(model, walk.state, action, stream);
      elapsed += 1;
      walk.state = model.next[outcome];
      walk.reward = model.reward[outcome];
      walk.terminated = model.terminated[outcome] === 1;
      walk.truncated = elapsed >= model.timeLimit;
    },
  };
  return walk;
}
