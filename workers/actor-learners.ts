import { createRunner, type LearnersApi, type RunnerSpec } from '../src/placement/actor-learners/runner.js';
import type { SerialisedError } from '../src/runtime/serialised-error.js';
import { serveWorker, type WorkerTask } from '../src/runtime/worker-api.js';

/** The task that piscina runs, until the worker is closed. @returns the error where the actors cannot be built */
export default function runActorLearners(task: RunnerSpec & WorkerTask): Promise<SerialisedError | undefined> {
  return serveWorker(task, (): LearnersApi => {
    const runner = createRunner(task);
    return { ready: () => undefined, train: (events) => runner.train(events), world: () => runner.world?.(), close: () => { runner.close(); } };
  });
}
