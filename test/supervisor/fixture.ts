import { resolveSettings, type SimulationOptions } from '../../src/index.js';
import { createArena } from '../../src/memory/arena.js';
import { createPlan } from '../../src/supervisor/plan.js';
import { attachViews, type Views } from '../../src/supervisor/views.js';

/** What the only partition of a small network sees of an arena of its own: bias, three observations, two hidden neurons, one output. */
export function createViews(options: SimulationOptions): Views {
  const plan = createPlan(resolveSettings({ environment: 'Pendulum-v1', network: { hidden: [2] }, learning: { replay: 256 }, partitions: 1, ...options }));
  return attachViews(plan, createArena(plan.blocks), 0, false);
}
