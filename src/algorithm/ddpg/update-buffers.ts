import { Worker } from 'node:worker_threads';

import { creditNamed } from '../../credit/registry.js';
import { createKernels } from '../../kernels/create.js';
import type { KernelName, Kernels } from '../../kernels/kernels.js';
import { attachArena, type Arena, type ArenaHandle } from '../../memory/arena.js';
import { createWorkspace } from '../../memory/workspace.js';
import { moduleUrls } from '../../modules.js';
import { readOutsOf, type Topology } from '../../network/topology.js';
import { createTransitions, type Minibatch } from '../../replay/minibatch.js';
import { createOptimiser, type OptimiserName } from '../../optimise/registry.js';
import { createDdpgProgram, type DdpgProgram, type UpdateShare } from './program.js';
import { createTrainedNetwork, type TrainedNetwork } from '../../credit/trained-network.js';
import type { DdpgRates } from './settings.js';
import { attachBarrier, UPDATE_THREADS } from './barrier.js';

const WORKER = new URL('../../../workers/ddpg.js', import.meta.url);

/** What an update works on besides the arena's blocks: the same for every thread that takes part in it. */
export interface UpdateBuffers {
  readonly actor: TrainedNetwork;
  readonly critic: TrainedNetwork;
  readonly transitions: Minibatch;
  readonly tdError: Float32Array;
}

/** What threads have to agree on to share an update. Plain data, so that it crosses threads. */
export interface UpdatePlan {
  readonly actorTopology: Topology;
  readonly criticTopology: Topology;
  readonly firstStochastic: number;
  readonly batch: number;
  readonly kernels: KernelName;
  readonly optimiser: OptimiserName;
  readonly credit: string;
  readonly frozenLayers: readonly string[];
  readonly targetRate: number;
}

/** Allocates the buffers in memory of `kernels.numbers`. */
export function allocateBuffers(kernels: Kernels, arena: Arena, { actorTopology, criticTopology, firstStochastic, batch, credit }: UpdatePlan): UpdateBuffers {
  return {
    actor: createTrainedNetwork(kernels, arena, 'actor', actorTopology, creditNamed(credit), batch),
    critic: createTrainedNetwork(kernels, arena, 'critic', criticTopology, creditNamed(credit), batch),
    transitions: createTransitions(kernels, { stochasticNeurons: actorTopology.neurons - firstStochastic }, batch),
    tdError: kernels.numbers(readOutsOf(criticTopology).length * batch),
  };
}

/** The same kernels, which record the offsets of the numbers that they allocate. */
export function recordAllocations(kernels: Kernels, offsets: number[]): Kernels {
  return {
    ...kernels,
    numbers(length) {
      const numbers = kernels.numbers(length);
      offsets.push(numbers.byteOffset);
      return numbers;
    },
  };
}

/** The same kernels, which return the numbers at recorded offsets, in the same order. */
function replayAllocations(kernels: Kernels, memory: WebAssembly.Memory, offsets: readonly number[]): Kernels {
  let next = 0;
  return { ...kernels, numbers: (length) => new Float32Array(memory.buffer, offsets[next++], length) };
}

/** One thread's program of an update. */
export function createSharedProgram(kernels: Kernels, buffers: UpdateBuffers, plan: UpdatePlan, rates: DdpgRates, share: UpdateShare): DdpgProgram {
  const { firstStochastic, frozenLayers } = plan;
  return createDdpgProgram({ kernels, ...buffers, firstStochastic, rates, optimiser: createOptimiser(plan.optimiser, kernels), credit: creditNamed(plan.credit), frozenLayers, share });
}

/** Data that the second thread starts from. */
export interface SecondThreadTask {
  readonly arena: ArenaHandle;
  readonly plan: UpdatePlan;
  readonly offsets: readonly number[];
}

/** Starts the second thread. It joins the barrier once it has built its program, and does not keep the process alive. */
export function startSecondThread(task: SecondThreadTask): { close(): void } {
  const worker = new Worker(WORKER, { workerData: { ...task, modules: moduleUrls() } });
  worker.on('error', () => undefined); // the first thread fails at the barrier
  worker.unref();
  return { close: () => { void worker.terminate(); } };
}

/** The second thread: computes its part of each update, and returns only after a failure. */
export function runSecondThread({ arena: handle, plan, offsets }: SecondThreadTask): void {
  const arena = attachArena(handle);
  const kernels = createKernels(plan.kernels, () => createWorkspace(arena, 1));
  const barrier = attachBarrier(arena, 1);
  const rates = { actorRate: 0, criticRate: 0, targetRate: plan.targetRate };
  const buffers = allocateBuffers(replayAllocations(kernels, arena.memory, offsets), arena, plan);
  const program = createSharedProgram(kernels, buffers, plan, rates, { part: 1, parts: UPDATE_THREADS, barrier: () => { barrier.wait(); } });
  barrier.join();
  try {
    for (;;) {
      barrier.wait();
      const [update, actorRate, criticRate] = barrier.order;
      rates.actorRate = actorRate;
      rates.criticRate = criticRate;
      program.learn(update);
      barrier.wait();
    }
  } catch {
    barrier.break(); // the first thread repeats this share to find the error
  }
}
