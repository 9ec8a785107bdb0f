import { resolveSettings, type SimulationOptions } from '../../../src/index.js';
import { createArena } from '../../../src/memory/arena.js';
import { ALIVE, createRunLayout } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext, type PartitionContext } from '../../../src/placement/partitioned/partition-context.js';

/** What the only partition of a small network sees of an arena of its own: bias, three observations, two hidden neurons, one output. */
export function createContext(options: SimulationOptions): PartitionContext {
  const plan = createRunLayout(resolveSettings({ environment: 'Pendulum-v1', network: { hidden: [2] }, learning: { replay: 256 }, partitions: 1, ...options }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  return createPartitionContext(plan, arena, 0, false);
}
