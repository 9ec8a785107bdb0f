import { InternalError } from '../../errors.js';
import { createArena, type Arena } from '../../memory/arena.js';
import { ELEMENT_BYTES, type Block } from '../../memory/layout.js';
import { parameterBlocks } from '../../memory/parameters.js';
import { createPartition } from './partition.js';
import { ALIVE, createRunLayout, type RunLayout } from './run-layout.js';
import type { Settings } from './settings.js';
import { attempt, runRoundRobin, scheduleTasks, type HostedPartition, type Outcome } from '../../runtime/cooperative.js';
import { createPartitionContext, createVirtualRuntime, type PartitionContext } from './partition-context.js';
import { scheduleInVirtualTime } from './virtual-tasks.js';

/** Evaluates on a copy, beside a run that is paused. @param run the views of one of its partitions */
export type IsolatedEvaluation = (episodeSeeds: readonly number[], run: PartitionContext) => Outcome;

/**
 * Evaluations of a run in virtual time. They have an arena of their own, with copies of what was learned: voltages, clocks and messages of the run stay as they are. Where an
 * observation is awaited they take no time, and one partition answers alone: it comes to the same numbers as many. Where nobody waits they take a time of their own, from 0 on.
 */
export function createIsolatedEvaluation(plan: RunLayout, arena: Arena): IsolatedEvaluation {
  const own = createRunLayout(evaluationSettings(plan.settings));
  const copied = [ALIVE, ...parameterBlocks(plan.parameters).map(({ name }) => name)];
  let place: Arena | undefined;

  return (episodeSeeds, run) => {
    place ??= createArena(own.blocks);
    const { blocks } = place;
    for (const block of blocks) if (block.name !== 'workspace') bytesOf(place, block).fill(0);
    for (const block of blocks) if (copied.includes(block.name)) bytesOf(place, block).set(bytesOf(arena, find(arena, block.name)));
    const virtualRuntime = createVirtualRuntime(own);
    const { words, heartbeat, hang } = run.control;
    const members = own.ownership.map((_, number): HostedPartition => {
      const views = createPartitionContext(own, place ?? arena, number, false, { virtualRuntime, run: { words, heartbeat, hang } });
      return { views, partition: createPartition(views) };
    });
    const outcome = attempt(members, (resumed) => {
      const strands = scheduleTasks(members, (partition) => partition.evaluate(episodeSeeds, run));
      if (virtualRuntime === undefined) runRoundRobin(strands, resumed);
      else scheduleInVirtualTime(strands, virtualRuntime.world, new Float64Array(1), resumed).run();
    });
    for (const { partition } of members) partition.close();
    return outcome;
  };
}

/** One environment, and no replay to speak of. */
function evaluationSettings({ virtual, ...settings }: Settings): Settings {
  const timing = { ...settings.timing, measure: false, measureStaleness: false };
  const small = { ...settings, environments: 1, learning: { ...settings.learning, batch: 1, replay: 4 }, timing };
  if (timing.inference === 'sampled') return { ...small, ...(virtual && { virtual }) };
  return { ...small, partitions: 1, schedule: 'synchronous', timing: { ...timing, reads: 'racy', inference: 'distributed' } };
}

function find({ blocks }: Arena, name: string): Block {
  const block = blocks.find((each) => each.name === name);
  if (block === undefined) throw new InternalError(`the arena has no block named ${name}`);
  return block;
}

function bytesOf({ memory }: Arena, { type, offset, length }: Block): Uint8Array {
  return new Uint8Array(memory.buffer, offset, length * ELEMENT_BYTES[type]);
}
