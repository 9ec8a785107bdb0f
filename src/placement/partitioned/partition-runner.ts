import { attachArena, type ArenaHandle } from '../../memory/arena.js';
import { createPartition, type Task, type Partition } from './partition.js';
import { createRunLayout } from './run-layout.js';
import type { Settings } from './settings.js';
import { attempt, runRoundRobin, scheduleTasks, type PartitionRunner, type HostedPartition, type Outcome } from '../../runtime/cooperative.js';
import { createPartitionContext } from './partition-context.js';
import { createVirtualRunner } from './virtual-runner.js';

/** What a worker thread is told as it starts: plain data and the shared memory. */
export interface RunnerSpec {
  /** The partitions that the thread carries; most often one. */
  readonly partitions: readonly number[];
  readonly settings: Settings;
  readonly arena: ArenaHandle;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
  /** Logs of the partitions, in their order, where they are to do again what these say. */
  readonly logs?: readonly Uint8Array[];
}

export function createPartitionRunner({ partitions, settings, arena: handle, spin, logs }: RunnerSpec): PartitionRunner {
  const plan = createRunLayout(settings);
  const arena = attachArena(handle);
  if (settings.virtual !== undefined) return createVirtualRunner(plan, arena, partitions);
  const members = partitions.map((number, i): HostedPartition => {
    const views = createPartitionContext(plan, arena, number, spin, { log: logs?.[i] });
    return { views, partition: createPartition(views) };
  });

  function carryOut(command: (partition: Partition) => Task[]): Outcome {
    return attempt(members, (resumed) => { runRoundRobin(scheduleTasks(members, command), resumed); });
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
