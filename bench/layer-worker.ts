/** A thread that carries one partition of a layer. */
import { parentPort, workerData } from 'node:worker_threads';

import { attachArena, type ArenaHandle } from '../src/memory/arena.js';
import { BARRIER, createLayerPartition, type LayerTask } from './layer.js';

export interface LayerWorkerData {
  readonly task: LayerTask;
  readonly handle: ArenaHandle;
  readonly partition: number;
}

const { task, handle, partition } = workerData as LayerWorkerData; // the bench alone starts this worker
const barrier = attachArena(handle).int32(BARRIER);
const own = createLayerPartition(task, handle, partition);
let passed = 0;

/** Waits until all partitions have come so far. */
function meet(): void {
  passed += task.partitions;
  Atomics.add(barrier, 0, 1);
  while (Atomics.load(barrier, 0) - passed < 0);
}

parentPort?.on('message', (updates: number) => {
  meet();
  const begin = performance.now();
  for (let update = 0; update < updates; update += 1) {
    own.forward();
    meet();
    own.learn();
    meet();
  }
  parentPort?.postMessage((performance.now() - begin) / 1000 / updates);
});
parentPort?.postMessage(0);
