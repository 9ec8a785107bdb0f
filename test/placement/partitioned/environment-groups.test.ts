import test from 'ava';

import { resolveSettings, type SimulationOptions } from '../../../src/index.js';
import { makeEnvironment } from '../../../src/environment/registry.js';
import { createArena, type Arena } from '../../../src/memory/arena.js';
import { WORD } from '../../../src/memory/control.js';
import { createStream } from '../../../src/random/stream.js';
import { createSampler } from '../../../src/replay/sampler.js';
import { SLOT } from '../../../src/replay/ring.js';
import { createInference } from '../../../src/placement/partitioned/inference.js';
import { createTrainingTasks, type EnvironmentTask } from '../../../src/placement/partitioned/environment-task.js';
import { createRunLayout, type RunLayout } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext, type PartitionContext } from '../../../src/placement/partitioned/partition-context.js';
import { countingAtomics, Killed, mortalArena, type Budget } from './mortal.js';
import { readSequence } from './sequence.js';

const ENVIRONMENTS = 3;

function createRun(steps: number, options: SimulationOptions = {}): { plan: RunLayout; arena: Arena } {
  const learning = { replay: 512, warmup: 400, batch: 1 };
  const plan = createRunLayout(resolveSettings({ network: { hidden: [2] }, exploration: { correlation: 0.7 }, learning, partitions: 1, environments: ENVIRONMENTS, seed: 4, ...options }));
  const arena = createArena(plan.blocks);
  Atomics.store(arena.int32('control'), WORD.stepLimit, steps);
  arena.float32('weights').forEach((_, i, weights) => (weights[i] = Math.sin(i)));
  return { plan, arena };
}

function createTasks(views: PartitionContext): EnvironmentTask[] {
  const { environment, environments } = views.layout.settings;
  return createTrainingTasks(views, Array.from({ length: environments }, (_, number) => makeEnvironment(environment, { seed: number })));
}

/** One partition that acts and does not learn, until the budget is spent or the run is over. @returns true where it is over */
function live(plan: RunLayout, arena: Arena, budget: Budget = { left: Infinity }): boolean {
  const views = createPartitionContext(plan, budget.left === Infinity ? arena : mortalArena(arena, budget), 0, false);
  const { words } = views.control;
  const over = () => Atomics.load(words, WORD.finished) !== 0;
  try {
    countingAtomics(budget, () => {
      const hosts = createTasks(views);
      const actor = createInference(views, plan.groups);
      for (const host of hosts) if (!over()) host.begin();
      while (!over()) {
        for (const host of hosts) if (host.isReady() && !over()) host.advance();
        if (actor.isReady()) actor.tick(true);
      }
    });
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

const SCHEDULES = ['synchronous', 'hogwild'] as const;

for (const schedule of SCHEDULES) {
  test(`${schedule}: every transition of every environment leads to the next of the same, and minibatches are drawn from those that do`, (t) => {
    const { plan, arena } = createRun(620, { schedule });
    t.true(live(plan, arena));
    const { replay } = createPartitionContext(plan, arena, 0, false);
    t.deepEqual(readSequence(plan, arena), { stored: 620 + 3, transitions: 512 - 3, open: ENVIRONMENTS, breaks: [] }); // episodes of 200 steps
    const slots = new Int32Array(64);
    for (let update = 0; update < 50; update += 1) {
      createSampler(replay, createStream(1, 'replay')).draw(update, slots);
      for (const slot of slots) t.true(replay.kind[slot] !== SLOT.final && (replay.next?.[slot] ?? 0) > 0);
    }
  });

  test(`${schedule}: hosts killed before any write to shared memory are followed by others that lose and double nothing`, (t) => {
    const steps = 7;
    const whole = createRun(steps, { schedule });
    t.true(live(whole.plan, whole.arena));
    const expected = JSON.stringify(remains(whole.arena));
    let kills = 0;
    for (let at = 0; ; at += 1) {
      const { plan, arena } = createRun(steps, { schedule });
      if (live(plan, arena, { left: at })) break;
      kills += 1;
      t.true(live(plan, arena));
      const message = `killed before write ${at}`;
      if (schedule === 'synchronous') t.true(JSON.stringify(remains(arena)) === expected, message);
      t.deepEqual(readSequence(plan, arena), { stored: steps, transitions: steps, open: ENVIRONMENTS, breaks: [] }, message);
      t.is(Atomics.load(arena.int32('control'), WORD.steps), steps, message);
    }
    t.true(kills > 30 * steps, `${kills} kills`);
  });
}

test('hosts that are killed again and again, after fewer writes than a step has, get no further but stay sound', (t) => {
  const { plan, arena } = createRun(250, { schedule: 'hogwild' });
  for (let left = 0; left < 3000; left += 7) live(plan, arena, { left: left % 900 });
  t.true(live(plan, arena));
  t.like(readSequence(plan, arena), { transitions: 250, open: ENVIRONMENTS, breaks: [] });
});

/** All that a checkpoint would keep, and the words that others read. */
function remains(arena: Arena): unknown {
  const words = arena.int32('control');
  const counters = (['cursorRecord', 'stored', 'steps', 'episodes'] as const).map((word) => words[WORD[word]]);
  const blocks = arena.blocks.filter(({ scratch }) => scratch !== true).map(({ name, type }) => [name, [...arena[type](name)]]);
  return { counters, blocks };
}

test('the first of several environments goes the way that it goes alone, as long as nothing is learned', (t) => {
  const path = (environments: number) => {
    const { plan, arena } = createRun(150 * environments, { environments, schedule: 'synchronous', learning: { replay: 1024, warmup: 1000, batch: 1 } });
    const views = createPartitionContext(plan, arena, 0, false);
    const hosts = createTasks(views);
    const actor = createInference(views, plan.groups);
    for (const host of hosts) host.begin();
    while (Atomics.load(views.control.words, WORD.finished) === 0) {
      for (const host of hosts) if (host.isReady()) host.advance();
      if (actor.isReady()) actor.tick(true);
    }
    const { replay: { inputVoltages, sampled, inputs } } = views;
    return Array.from({ length: 150 }, (_, i) => [...inputVoltages.subarray(environments * i * inputs, (environments * i + 1) * inputs), sampled[environments * i]]);
  };
  t.deepEqual(path(4), path(1));
});
