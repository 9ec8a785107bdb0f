import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import type { DdpgProgram } from './program.js';
import { createSharedProgram, startSecondThread, type UpdateBuffers, type SecondThreadTask } from './update-buffers.js';
import type { DdpgRates } from './settings.js';
import { attachBarrier, UPDATE_THREADS, BrokenBarrier } from './barrier.js';

/**
 * Updates shared by two threads, once the second has started: each computes half of the minibatch's lanes forwards and backwards, and then half of the rows of the
 * gradient over all lanes. Lanes and rows are independent of those computed with them, so the result has the bits of one thread.
 */
export interface DataParallelUpdate {
  /** True once the second thread has started, until one of the two has failed. */
  isComplete(): boolean;
  /**
   * @returns false if there is no second thread; nothing was done then
   * @throws DivergenceError as one thread does, but perhaps naming another diverged neuron
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
export function createDataParallelUpdate(kernels: Kernels, buffers: UpdateBuffers, alone: DdpgProgram, rates: DdpgRates, task: SecondThreadTask & { readonly arena: Arena }): DataParallelUpdate {
  const barrier = attachBarrier(task.arena, 0);
  const { memory, blocks } = task.arena;
  const second = startSecondThread({ ...task, arena: { memory, blocks } });
  const share = createSharedProgram(kernels, buffers, task.plan, rates, { part: 0, parts: UPDATE_THREADS, barrier: () => { barrier.wait(); } });
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
        if (error instanceof BrokenBarrier) alone.learn(update); // repeats the other thread's failure, with its message
        throw error;
      }
      return true;
    },
    close() {
      second.close();
    },
  };
}
