import type { Kernels } from '../kernels/kernels.js';
import type { Arena } from '../memory/arena.js';
import type { DdpgProgram } from './ddpg.js';
import { createShare, startSecond, type Bench, type SecondTask } from './second.js';
import type { DdpgRates } from './settings.js';
import { attachMeeting, TEAM, TeamFailed } from './team.js';

/**
 * Updates that two threads share, as soon as there are two: each takes half of the minibatch's lanes forth and back, and then half of the rows of the
 * gradient, with all lanes. No lane and no row depends on the others computed with it, so that the result has the same bits as one thread's.
 */
export interface Pair {
  /** True once the second thread is there, until one of the two has failed. */
  complete(): boolean;
  /**
   * @returns false where there is no second thread, and nothing was done
   * @throws DivergenceError as one thread does, though maybe naming another neuron of those that have diverged
   */
  learn(update: number): boolean;
  close(): void;
}

/**
 * Starts the second thread.
 *
 * @param alone the update as one thread makes it
 * @param rates as they are at each update
 */
export function createPair(kernels: Kernels, bench: Bench, alone: DdpgProgram, rates: DdpgRates, task: SecondTask & { readonly arena: Arena }): Pair {
  const meeting = attachMeeting(task.arena, 0);
  const { memory, blocks } = task.arena;
  const second = startSecond({ ...task, arena: { memory, blocks } });
  const share = createShare(kernels, bench, task.plan, rates, { part: 0, parts: TEAM, meet: () => { meeting.meet(); } });
  let parted = false;
  const complete = () => !parted && meeting.complete();
  return {
    complete,
    learn(update) {
      if (!complete()) return false;
      meeting.order.set([update, rates.actorRate, rates.criticRate]);
      try {
        meeting.meet();
        share.learn(update);
        meeting.meet();
      } catch (error) {
        parted = true;
        second.close();
        if (error instanceof TeamFailed) alone.learn(update); // meets what the other has met, and says what it was
        throw error;
      }
      return true;
    },
    close() {
      second.close();
    },
  };
}
