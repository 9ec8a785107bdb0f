import { transfer } from 'comlink';

import { createPartitionRunner, type RunnerApi, type RunnerSpec } from '../src/placement/partitioned/partition-runner.js';
import type { SerialisedError } from '../src/runtime/serialised-error.js';
import { serveWorker, type WorkerTask } from '../src/runtime/worker-api.js';

/** The task that piscina runs, until the worker is closed. @returns the error if the partitions cannot be built */
export default function runPartitions(task: RunnerSpec & WorkerTask): Promise<SerialisedError | undefined> {
  return serveWorker(task, (): RunnerApi => {
    const runner = createPartitionRunner(task);
    return {
      ready: () => undefined,
      train(recorded, virtualState) {
        const outcome = runner.train(recorded, virtualState);
        return transfer(outcome, outcome.kind === 'done' ? outcome.logs.map(({ bytes }) => bytes.buffer) : []);
      },
      evaluate: (episodeSeeds) => runner.evaluate(episodeSeeds),
      close: () => { runner.close(); },
    };
  });
}
