import { attachArena, type ArenaHandle } from '../../memory/arena.js';
import type { WorkerApi } from '../../runtime/worker-api.js';
import { attempt, hostPartition, tasksOf, type Outcome, type PartitionRunner } from './hosted-partition.js';
import { createPartitionContext } from './partition-context.js';
import type { Partition } from './partition.js';
import { createRunLayout } from './run-layout.js';
import type { Settings } from './settings.js';
import { scheduleOnThread, type PartitionTask } from './tasks.js';
import { createVirtualRunner } from './virtual-runner.js';
import type { VirtualState } from './virtual-state.js';

/** What a worker thread is started with: plain data and the shared memory. */
export interface RunnerSpec {
  /** The partitions that the thread runs; most often one. */
  readonly partitions: readonly number[];
  readonly settings: Settings;
  readonly arena: ArenaHandle;
  /** False if threads outnumber cores. */
  readonly spins: boolean;
  /** Logs of the partitions, in their order, if they are to be rerun. */
  readonly logs?: readonly Uint8Array[];
}

/** The commands of a worker that runs partitions. */
export interface RunnerApi extends WorkerApi {
  train(recorded: boolean, virtualState?: VirtualState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
}

/** Builds the partitions of a thread. */
export function createPartitionRunner({ partitions, settings, arena: handle, spins, logs }: RunnerSpec): PartitionRunner {
  const layout = createRunLayout(settings);
  const arena = attachArena(handle);
  if (settings.virtual !== undefined) return createVirtualRunner(layout, arena, partitions);
  const hosted = partitions.map((number, i) => hostPartition(createPartitionContext(layout, arena, number, spins, { log: logs?.[i] })));

  function runCommand(command: (partition: Partition) => PartitionTask[]): Outcome {
    return attempt(hosted, (onResume) => { scheduleOnThread(tasksOf(hosted, command), onResume).run(); });
  }

  return {
    train(recorded) {
      const outcome = runCommand((partition) => partition.train(recorded));
      return outcome.kind === 'done' ? { ...outcome, logs: hosted.flatMap(({ partition }) => partition.takeLog() ?? []) } : outcome;
    },
    evaluate: (episodeSeeds) => runCommand((partition) => partition.evaluate(episodeSeeds)),
    close() {
      for (const { partition } of hosted) partition.close();
    },
  };
}
