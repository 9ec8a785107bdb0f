import test from 'ava';

import { resolveSettings, type SimulationOptions } from '../../../src/index.js';
import { createArena, type Arena } from '../../../src/memory/arena.js';
import { attachControl, WORD } from '../../../src/memory/control.js';
import { createStream } from '../../../src/random/stream.js';
import type { Coroutine } from '../../../src/schedule/work.js';
import { createPartition } from '../../../src/placement/partitioned/partition.js';
import { createRunLayout, type RunLayout } from '../../../src/placement/partitioned/run-layout.js';
import { createPartitionContext } from '../../../src/placement/partitioned/partition-context.js';
import { countingAtomics, Killed, mortalArena, type Budget } from './mortal.js';
import { readSequence } from './sequence.js';

const STEPS = 60;
const WARMUP = 12;

/** Far more turns than a run takes. */
const PATIENCE = 100_000;

const UNLIMITED = () => ({ left: Infinity });

function createRun(options: SimulationOptions): { plan: RunLayout; arena: Arena } {
  const learning = { replay: 256, warmup: WARMUP, batch: 2 };
  const plan = createRunLayout(resolveSettings({ environment: 'Pendulum-v1', network: { hidden: [2] }, learning, partitions: 2, updateWindow: 4, seed: 4, ...options }));
  const arena = createArena(plan.blocks);
  Atomics.store(arena.int32('control'), WORD.stepLimit, STEPS);
  arena.float32('weights').forEach((_, i, weights) => (weights[i] = Math.sin(i)));
  return { plan, arena };
}

/** A partition born on an arena, which dies when the budget is spent. */
function bear(plan: RunLayout, arena: Arena, partition: number, budget: Budget): Coroutine[] {
  return countingAtomics(budget, () => createPartition(createPartitionContext(plan, budget.left === Infinity ? arena : mortalArena(arena, budget), partition, false)).train(false).map(({ coroutine }) => coroutine));
}

/**
 * Both partitions by turns on this thread. The victim is killed when each of its budgets is spent, and born again.
 *
 * @returns how often it was killed; undefined where the run does not end
 */
function live(plan: RunLayout, arena: Arena, victim: number, lives: number[]): number | undefined {
  const budgets: Budget[] = [UNLIMITED(), UNLIMITED()];
  let deaths = -1;
  const born = (partition: number): Coroutine[] => {
    if (partition === victim) {
      deaths += 1;
      budgets[victim] = { left: lives[deaths] ?? Infinity };
    }
    try {
      return bear(plan, arena, partition, budgets[partition]);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return born(partition);
    }
  };
  const strands = [born(0), born(1)];
  for (let turn = 0; turn < PATIENCE; turn += 1) {
    for (const [partition, coroutines] of strands.entries()) {
      try {
        countingAtomics(budgets[partition], () => { strands[partition] = coroutines.filter((coroutine) => coroutine.next().done !== true); });
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        strands[partition] = born(partition);
      }
    }
    if (strands.every(({ length }) => length === 0)) return deaths;
  }
  return undefined;
}

/** Writes of a partition in a whole run. */
function countWrites(options: SimulationOptions, victim: number): number {
  const { plan, arena } = createRun(options);
  const budget = { left: 1e9 };
  const strands = [0, 1].map((partition) => bear(plan, arena, partition, partition === victim ? budget : UNLIMITED()));
  while (strands.some(({ length }) => length > 0)) {
    for (const [partition, coroutines] of strands.entries()) {
      countingAtomics(partition === victim ? budget : UNLIMITED(), () => { strands[partition] = coroutines.filter((coroutine) => coroutine.next().done !== true); });
    }
  }
  return 1e9 - budget.left;
}

const KINDS: Record<string, SimulationOptions> = {
  hogwild: { schedule: 'hogwild' },
  'hogwild on whole versions': { schedule: 'hogwild', timing: { reads: 'versioned' } },
  'hogwild, actions awaited': { schedule: 'hogwild', timing: { inference: 'distributed' } },
  synchronous: { schedule: 'synchronous' },
  'bounded on whole versions': { schedule: 'bounded', timing: { stalenessBound: 1, reads: 'versioned' } },
  poisson: { schedule: 'poisson', timing: { clockRate: 1e6 } },
  'synchronous, acting free': { schedule: 'synchronous', timing: { inference: 'sampled', controlPeriod: 0 } },
  'coagent, from the stream': { schedule: 'synchronous', rule: 'coagent', learning: { replay: 256, warmup: 0, batch: 1 } },
};

const SAMPLE = 40;

for (const [name, options] of Object.entries(KINDS)) {
  test(`a partition killed before any write, again and again, neither stops its peer nor loses a transition: ${name}`, (t) => {
    const stream = createStream(1, name);
    for (const victim of [0, 1]) {
      const writes = countWrites(options, victim);
      t.true(writes > 5 * STEPS, `${writes} writes`);
      for (let i = 0; i < SAMPLE; i += 1) {
        const { plan, arena } = createRun(options);
        const lives = [Math.floor(((i + stream.uniform()) / SAMPLE) * 0.8 * writes), stream.integer(60), stream.integer(60)];
        const message = `partition ${victim} killed after ${lives.join()} writes`;
        t.is(live(plan, arena, victim, lives), lives.length, message);
        t.deepEqual(readSequence(plan, arena), { stored: STEPS, transitions: STEPS, open: 1, breaks: [] }, message);
        const due = options.rule === undefined ? STEPS - WARMUP : STEPS - 1;
        for (const partition of [0, 1]) {
          const updates = attachControl(arena).version.get(partition);
          t.true(updates >= due && updates <= due + (options.schedule === 'synchronous' ? 0 : 4), `${message}: ${updates} updates`);
        }
        t.true(arena.float32('weights').every(Number.isFinite), message);
      }
    }
  });
}
