import { attachArena, type ArenaHandle } from '../memory/arena.js';
import { createPartition, type Line, type Partition } from './partition.js';
import { createPlan } from './plan.js';
import type { Settings } from './settings.js';
import { attempt, inTurn, strandsOf, type Crew, type Member, type Outcome } from './strands.js';
import { attachViews } from './views.js';
import { createVirtualCrew } from './virtual-crew.js';

/** What a worker thread is told as it starts: plain data and the shared memory. */
export interface CrewSpecification {
  /** The partitions that the thread carries; most often one. */
  readonly partitions: readonly number[];
  readonly settings: Settings;
  readonly arena: ArenaHandle;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
  /** Logs of the partitions, in their order, where they are to do again what these say. */
  readonly logs?: readonly Uint8Array[];
}

export function createCrew({ partitions, settings, arena: handle, spin, logs }: CrewSpecification): Crew {
  const plan = createPlan(settings);
  const arena = attachArena(handle);
  if (settings.virtual !== undefined) return createVirtualCrew(plan, arena, partitions);
  const members = partitions.map((number, i): Member => {
    const views = attachViews(plan, arena, number, spin, { log: logs?.[i] });
    return { views, partition: createPartition(views) };
  });

  function carryOut(command: (partition: Partition) => Line[]): Outcome {
    return attempt(members, (resumed) => { inTurn(strandsOf(members, command), resumed); });
  }

  return {
    train(recorded) {
      const outcome = carryOut((partition) => partition.train(recorded));
      return outcome.kind === 'done' ? { ...outcome, logs: members.flatMap(({ partition }) => partition.takeLog() ?? []) } : outcome;
    },
    evaluate: (episodeSeeds) => carryOut((partition) => partition.evaluate(episodeSeeds)),
    close() {
      for (const { partition } of members) partition.close();
    },
  };
}
