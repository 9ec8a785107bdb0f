import { createRunner, type RunnerSpec } from '../src/placement/actor-learners/runner.js';
import type { SerialisedError } from '../src/runtime/serialised-error.js';
import { serveWorker, type WorkerApi, type WorkerTask } from '../src/runtime/worker-api.js';

/** What may be asked of the actors on a worker. */
export interface LearnersApi extends WorkerApi {
  /** @returns what went wrong, if anything */
  train(): SerialisedError | undefined;
}

/** The task that piscina runs, until the worker is closed. @returns the error where the actors cannot be built */
export default function runActorLearners(task: RunnerSpec & WorkerTask): Promise<SerialisedError | undefined> {
  return serveWorker(task, (): LearnersApi => {
    const runner = createRunner(task);
    return { ready: () => undefined, train: () => runner.train(), close: () => { runner.close(); } };
  });
}
