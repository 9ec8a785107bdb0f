import { InternalError } from '../../errors.js';
import { createArena, type Arena } from '../../memory/arena.js';
import { ELEMENT_BYTES, type Block } from '../../memory/layout.js';
import { parameterBlocks } from '../../memory/parameters.js';
import { createPartitionContext, createVirtualRuntime, type PartitionContext } from './partition-context.js';
import { attempt, hostPartition, tasksOf, type Outcome } from './hosted-partition.js';
import { ALIVE, createRunLayout, type RunLayout } from './run-layout.js';
import type { Settings } from './settings.js';
import { scheduleInVirtualTime, scheduleOnThread } from './tasks.js';

/** Evaluates a copy of a paused run. @param run the context of one of its partitions */
export type IsolatedEvaluation = (episodeSeeds: readonly number[], run: PartitionContext) => Outcome;

/**
 * Evaluations of a run in virtual time, in an arena of their own with copies of the parameters: activations, clocks and messages of the run stay as they are. If the
 * environment waits for its actions, an evaluation takes no time, and one partition computes all neurons, with the same result as many. Otherwise it has a virtual
 * time of its own, which starts at 0.
 */
export function createIsolatedEvaluation(layout: RunLayout, arena: Arena): IsolatedEvaluation {
  const own = createRunLayout(evaluationSettings(layout.settings));
  const copied = [ALIVE, ...parameterBlocks(layout.parameters).map(({ name }) => name)];
  let copy: Arena | undefined;

  function refreshCopy(): Arena {
    const to = (copy ??= createArena(own.blocks));
    for (const block of to.blocks) if (block.name !== 'workspace') bytesOf(to, block).fill(0);
    for (const block of to.blocks) if (copied.includes(block.name)) bytesOf(to, block).set(bytesOf(arena, find(arena, block.name)));
    return to;
  }

  return (episodeSeeds, run) => {
    const ownArena = refreshCopy();
    const virtualRuntime = createVirtualRuntime(own);
    const { words, heartbeat, hang } = run.control;
    const hosted = own.ownership.map((_, number) => hostPartition(createPartitionContext(own, ownArena, number, false, { virtualRuntime, run: { words, heartbeat, hang } })));
    const outcome = attempt(hosted, (onResume) => {
      const tasks = tasksOf(hosted, (partition) => partition.evaluate(episodeSeeds, run));
      if (virtualRuntime === undefined) scheduleOnThread(tasks, onResume).run();
      else scheduleInVirtualTime(tasks, virtualRuntime.world, new Float64Array(1), onResume).run();
    });
    for (const { partition } of hosted) partition.close();
    return outcome;
  };
}

/** One environment, and the smallest replay. */
function evaluationSettings({ virtual, ...settings }: Settings): Settings {
  const timing = { ...settings.timing, measureDurations: false, measureStaleness: false };
  const small = { ...settings, environments: 1, learning: { ...settings.learning, batch: 1, replay: 4 }, timing };
  if (timing.inference === 'sampled') return { ...small, ...(virtual && { virtual }) };
  return { ...small, partitions: 1, schedule: 'synchronous', timing: { ...timing, reads: 'latest', inference: 'distributed' } };
}

function find({ blocks }: Arena, name: string): Block {
  const block = blocks.find((each) => each.name === name);
  if (block === undefined) throw new InternalError(`the arena has no block named ${name}`);
  return block;
}

function bytesOf({ memory }: Arena, { type, offset, length }: Block): Uint8Array {
  return new Uint8Array(memory.buffer, offset, length * ELEMENT_BYTES[type]);
}
