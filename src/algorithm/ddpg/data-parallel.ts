import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import type { DdpgProgram } from './program.js';
import { createSharedProgram, startSecondThread, type UpdateBuffers, type SecondThreadTask } from './update-buffers.js';
import type { DdpgRates } from './settings.js';
import { attachBarrier, UPDATE_THREADS, BrokenBarrier } from './barrier.js';

/**
 * Updates that two threads share, as soon as there are two: each takes half of the minibatch's lanes forth and back, and then half of the rows of the
 * gradient, with all lanes. No lane and no row depends on the others computed with it, so that the result has the same bits as one thread's.
 */
export interface DataParallelUpdate {
  /** True once the second thread is there, until one of the two has failed. */
  isComplete(): boolean;
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
export function createDataParallelUpdate(kernels: Kernels, bench: UpdateBuffers, alone: DdpgProgram, rates: DdpgRates, task: SecondThreadTask & { readonly arena: Arena }): DataParallelUpdate {
  const barrier = attachBarrier(task.arena, 0);
  const { memory, blocks } = task.arena;
  const second = startSecondThread({ ...task, arena: { memory, blocks } });
  const share = createSharedProgram(kernels, bench, task.plan, rates, { part: 0, parts: UPDATE_THREADS, barrier: () => { barrier.wait(); } });
  let broken = false;
  const complete = () => !broken && barrier.isComplete();
  return {
    isComplete: complete,
    learn(update) {
      if (!complete()) return false;
      barrier.order.set([update, rates.actorRate, rates.criticRate]);
      try {
        barrier.wait();
        share.learn(update);
        barrier.wait();
      } catch (error) {
        broken = true;
        second.close();
        if (error instanceof BrokenBarrier) alone.learn(update); // meets what the other has met, and says what it was
        throw error;
      }
      return true;
    },
    close() {
      second.close();
    },
  };
}
