import test from 'ava';

import { resolveSettings } from '../../../src/index.js';
import { makeEnvironment } from '../../../src/environment/registry.js';
import { createArena, type Arena } from '../../../src/memory/arena.js';
import { WORD } from '../../../src/memory/control.js';
import { withObservationTraces } from '../../../src/network/observation-traces.js';
import { createInference } from '../../../src/placement/partitioned/inference.js';
import { createTrainingTasks } from '../../../src/placement/partitioned/environment-task.js';
import { createRunLayout, type RunLayout } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext } from '../../../src/placement/partitioned/partition-context.js';
import { countingAtomics, Killed, mortalArena, type Budget } from './mortal.js';

/** One partition that acts and does not learn, until the budget is spent or the run is over. @returns true where it is over */
function live(plan: RunLayout, arena: Arena, budget: Budget): boolean {
  const views = createPartitionContext(plan, mortalArena(arena, budget), 0, false);
  const [host] = createTrainingTasks(views, [withObservationTraces(makeEnvironment(plan.settings.environment, { seed: plan.settings.seed }), plan.settings.network)]);
  const actor = createInference(views, views.layout.groups);
  const { words } = views.control;
  try {
    countingAtomics(budget, () => {
      host.begin();
      while (Atomics.load(words, WORD.finished) === 0) {
        if (host.isReady()) host.advance();
        else if (actor.isReady()) actor.tick(true);
      }
    });
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

const STEPS = 23; // two episodes or so

/** @param observationTraces time constants of the network's observation traces */
function createRun(observationTraces: readonly number[] = []): { plan: RunLayout; arena: Arena } {
  const learning = { replay: 256, warmup: 20, batch: 1 };
  const plan = createRunLayout(resolveSettings({ environment: 'CartPole-v1', network: { hidden: [2], observationTraces }, exploration: { correlation: 0.7 }, learning, partitions: 1, seed: 4 }));
  const arena = createArena(plan.blocks);
  Atomics.store(arena.int32('control'), WORD.stepLimit, STEPS);
  arena.float32('weights').forEach((_, i, weights) => (weights[i] = Math.sin(i)));
  return { plan, arena };
}

/** All that a checkpoint would keep, and the words that others read. */
function remains(arena: Arena): unknown {
  const words = arena.int32('control');
  const counters = (['cursorRecord', 'stored', 'steps', 'episodes'] as const).map((word) => words[WORD[word]]);
  const blocks = arena.blocks.filter(({ scratch }) => scratch !== true).map(({ name, type }) => [name, [...arena[type](name)]]);
  return { counters, blocks };
}

test('a host killed before any write to shared memory is followed by one that loses and doubles nothing', (t) => {
  const whole = createRun();
  t.true(live(whole.plan, whole.arena, { left: Infinity }));
  const expected = remains(whole.arena);
  t.true(whole.arena.int32('control')[WORD.episodes] >= 1);
  let kills = 0;
  for (let at = 0; ; at += 1) {
    const { plan, arena } = createRun();
    if (live(plan, arena, { left: at })) break;
    kills += 1;
    live(plan, arena, { left: Infinity });
    if (at % 50 === 0) t.deepEqual(remains(arena), expected, `killed before write ${at}`);
    else if (JSON.stringify(remains(arena)) !== JSON.stringify(expected)) t.fail(`killed before write ${at}`);
  }
  t.true(kills > 30 * STEPS, `${kills} kills`);
});

test('after a kill before any write, the next environment task continues with consistent traces and gains, no observation counted twice', (t) => {
  const whole = createRun([2, 8]);
  t.true(live(whole.plan, whole.arena, { left: Infinity }));
  const expected = JSON.stringify(remains(whole.arena));
  let kills = 0;
  for (let at = 0; ; at += 13) {
    const { plan, arena } = createRun([2, 8]);
    if (live(plan, arena, { left: at })) break;
    kills += 1;
    live(plan, arena, { left: Infinity });
    if (JSON.stringify(remains(arena)) !== expected) t.fail(`killed before write ${at}`);
  }
  t.true(kills > 2 * STEPS, `${kills} kills`);
});

test('a host that is killed repeatedly, after fewer writes than a step has, makes no progress and stays consistent', (t) => {
  const whole = createRun();
  live(whole.plan, whole.arena, { left: Infinity });
  const { plan, arena } = createRun();
  for (let left = 0; left < 600; left += 7) live(plan, arena, { left: left % 200 });
  live(plan, arena, { left: Infinity });
  t.deepEqual(remains(arena), remains(whole.arena));
});
