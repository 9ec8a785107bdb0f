import { box } from './environment.js';
import { isOneOf, type Task, type TaskFamily } from './task.js';

/**
 * DelayedRecall-v0: a bandit that shows at the start which of its arms will pay, and takes the choice after `delay` steps without a cue.
 * State [cue, clock]. Seen: for clock 0 a 1 at the place of the cue, then nothing, and for clock delay + 1 a 1 at the last
 * place, at which the choice is due; [arms + 1]. What is done before is of no consequence.
 *
 * Reward 1 for the arm that was cued, else 0. Terminates with the choice, after delay + 2 steps. First state: any cue, each with
 * the same probability, at clock 0.
 *
 * Every question looks the same, so a policy without memory is right with probability 1/arms, and that is the most its mean
 * return can be; one that stores the cue reaches 1.
 */
export const delayedRecall: TaskFamily = {
  id: 'DelayedRecall-v0',
  options: {
    delay: { fallback: 10, range: { min: 0, max: 10_000 } },
    arms: { fallback: 2, range: { min: 2, max: 64 } },
  },
  build: ({ delay, arms }) => createDelayedRecall(delay, arms),
};

function createDelayedRecall(delay: number, arms: number): Task {
  return {
    id: 'DelayedRecall-v0',
    timeLimit: delay + 3, // never reached: the choice comes before it
    observationSpace: box(new Array<number>(arms + 1).fill(0), new Array<number>(arms + 1).fill(1)),
    actionSpace: { kind: 'discrete', count: arms },
    stateSize: 2,
    bounds: { words: `its cue a whole number from 0 to ${arms - 1} and its clock one from 0 to ${delay + 2}`, hold: ({ 0: cue, 1: clock }) => isOneOf(cue, arms) && isOneOf(clock, delay + 3) },
    start(state, stream) {
      state[0] = stream.integer(arms);
      state[1] = 0;
    },
    move(state, action) {
      const [cue, clock] = state;
      state[1] = clock + 1;
      const terminated = clock > delay;
      return { reward: terminated && action[0] === cue ? 1 : 0, terminated };
    },
    observe([cue, clock]) {
      const seen = new Float64Array(arms + 1);
      if (clock === 0) seen[cue] = 1;
      if (clock === delay + 1) seen[arms] = 1;
      return seen;
    },
  };
}
