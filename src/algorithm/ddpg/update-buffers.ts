import { Worker } from 'node:worker_threads';

import { creditNamed } from '../../credit/registry.js';
import { createKernels } from '../../kernels/create.js';
import type { KernelName, Kernels } from '../../kernels/kernels.js';
import { attachArena, type Arena, type ArenaHandle } from '../../memory/arena.js';
import { createWorkspace } from '../../memory/workspace.js';
import { moduleUrls } from '../../modules.js';
import type { Topology } from '../../network/topology.js';
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

/** A bench in memory that `numbers` gives out. */
export function allocateBuffers(kernels: Kernels, arena: Arena, { actorTopology, criticTopology, firstStochastic, batch, credit }: UpdatePlan): UpdateBuffers {
  return {
    actor: createTrainedNetwork(kernels, arena, 'actor', actorTopology, creditNamed(credit), batch),
    critic: createTrainedNetwork(kernels, arena, 'critic', criticTopology, creditNamed(credit), batch),
    transitions: createTransitions(kernels, { stochasticNeurons: actorTopology.neurons - firstStochastic }, batch),
    tdError: kernels.numbers(batch),
  };
}

/** The same kernels, but that they note where the numbers lie that they give out. */
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

/** The same kernels, but that they give out numbers that another thread was given, in the same order. */
function replayAllocations(kernels: Kernels, memory: WebAssembly.Memory, offsets: readonly number[]): Kernels {
  let next = 0;
  return { ...kernels, numbers: (length) => new Float32Array(memory.buffer, offsets[next++], length) };
}

/** One thread's program of an update. */
export function createSharedProgram(kernels: Kernels, bench: UpdateBuffers, plan: UpdatePlan, rates: DdpgRates, share: UpdateShare): DdpgProgram {
  const { firstStochastic, frozenLayers } = plan;
  return createDdpgProgram({ kernels, ...bench, firstStochastic, rates, optimiser: createOptimiser(plan.optimiser, kernels), credit: creditNamed(plan.credit), frozenLayers, share });
}

/** All that the second thread is told. */
export interface SecondThreadTask {
  readonly arena: ArenaHandle;
  readonly plan: UpdatePlan;
  readonly offsets: readonly number[];
}

/** Starts the second thread. It joins the meetings once it has built its part, and keeps no process alive. */
export function startSecondThread(task: SecondThreadTask): { close(): void } {
  const worker = new Worker(WORKER, { workerData: { ...task, modules: moduleUrls() } });
  worker.on('error', () => undefined); // the first thread misses it at their meeting
  worker.unref();
  return { close: () => { void worker.terminate(); } };
}

/** The second thread: takes its share of one update after another, and never returns while they come out well. */
export function runSecondThread({ arena: handle, plan, offsets }: SecondThreadTask): void {
  const arena = attachArena(handle);
  const kernels = createKernels(plan.kernels, () => createWorkspace(arena, 1));
  const meeting = attachBarrier(arena, 1);
  const rates = { actorRate: 0, criticRate: 0, targetRate: plan.targetRate };
  const bench = allocateBuffers(replayAllocations(kernels, arena.memory, offsets), arena, plan);
  const program = createSharedProgram(kernels, bench, plan, rates, { part: 1, parts: UPDATE_THREADS, barrier: () => { meeting.wait(); } });
  meeting.join();
  try {
    for (;;) {
      meeting.wait();
      const [update, actorRate, criticRate] = meeting.order;
      rates.actorRate = actorRate;
      rates.criticRate = criticRate;
      program.learn(update);
      meeting.wait();
    }
  } catch {
    meeting.break(); // the first thread finds out why, by doing this share too
  }
}
