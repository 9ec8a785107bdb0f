import { resolveSettings, type SimulationOptions } from '../../src/index.js';
import { createArena } from '../../src/memory/arena.js';
import { ALIVE, createPlan } from '../../src/supervisor/plan.js';
import { attachViews, type Views } from '../../src/supervisor/views.js';

/** What the only partition of a small network sees of an arena of its own: bias, three observations, two hidden neurons, one output. */
export function createViews(options: SimulationOptions): Views {
  const plan = createPlan(resolveSettings({ environment: 'Pendulum-v1', network: { hidden: [2] }, learning: { replay: 256 }, partitions: 1, ...options }));
  const arena = createArena(plan.blocks);
  arena.int32(ALIVE).fill(1);
  return attachViews(plan, arena, 0, false);
}
