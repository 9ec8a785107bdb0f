import { expose, transfer } from 'comlink';

import { loadModules, type ModuleUrls } from '../src/modules.js';
import { createPartitionRunner, type RunnerSpec } from '../src/placement/partitioned/partition-runner.js';
import type { PartitionRunner, Outcome } from '../src/runtime/cooperative.js';
import type { VirtualState } from '../src/placement/partitioned/virtual-state.js';
import { serialiseError, type SerialisedError } from '../src/runtime/serialised-error.js';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

/** What the supervisor may ask of a crew over its port. */
export interface RunnerApi {
  /** Answers once the partitions are built. */
  ready(): void;
  train(recorded: boolean, left?: VirtualState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

export interface RunnerTask extends RunnerSpec {
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

/** The task that piscina runs: it lasts as long as the crew lives. @returns what went wrong where the crew cannot be built */
export default async function runPartitions({ port, modules, ...specification }: RunnerTask): Promise<SerialisedError | undefined> {
  try {
    await loadModules(modules);
    await serve(createPartitionRunner(specification), port);
    return undefined;
  } catch (error) {
    return serialiseError(error);
  }
}

/** Resolves once the crew has been told to close. */
function serve(crew: PartitionRunner, port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const control: RunnerApi = {
      ready: () => undefined,
      train(recorded, left) {
        const outcome = crew.train(recorded, left);
        return transfer(outcome, outcome.kind === 'done' ? outcome.logs.map(({ bytes }) => bytes.buffer) : []);
      },
      evaluate: (episodeSeeds) => crew.evaluate(episodeSeeds),
      close() {
        crew.close();
        setImmediate(() => {
          port.close(); // after the answer to this very call has left
          resolve();
        });
      },
    };
    expose(control, nodeEndpoint(port));
  });
}
