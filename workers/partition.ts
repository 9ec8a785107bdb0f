import { transfer } from 'comlink';

import { createPartitionRunner, type RunnerSpec } from '../src/placement/partitioned/partition-runner.js';
import type { VirtualState } from '../src/placement/partitioned/virtual-state.js';
import type { Outcome } from '../src/runtime/cooperative.js';
import type { SerialisedError } from '../src/runtime/serialised-error.js';
import { serveWorker, type WorkerApi, type WorkerTask } from '../src/runtime/worker-api.js';

/** What the supervisor may ask of the partitions on a worker. */
export interface RunnerApi extends WorkerApi {
  train(recorded: boolean, left?: VirtualState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
}

/** The task that piscina runs, until the worker is closed. @returns the error where the partitions cannot be built */
export default function runPartitions(task: RunnerSpec & WorkerTask): Promise<SerialisedError | undefined> {
  return serveWorker(task, (): RunnerApi => {
    const runner = createPartitionRunner(task);
    return {
      ready: () => undefined,
      train(recorded, left) {
        const outcome = runner.train(recorded, left);
        return transfer(outcome, outcome.kind === 'done' ? outcome.logs.map(({ bytes }) => bytes.buffer) : []);
      },
      evaluate: (episodeSeeds) => runner.evaluate(episodeSeeds),
      close: () => { runner.close(); },
    };
  });
}
