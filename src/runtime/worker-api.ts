import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

import { loadModules, type ModuleUrls } from '../modules.js';
import { serialiseError, type SerialisedError } from './serialised-error.js';

/** What every worker answers over its port. */
export interface WorkerApi {
  /** Answers once the worker is built. */
  ready(): void;
  close(): void;
}

/** What every worker is told as it starts. */
export interface WorkerTask {
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

/**
 * Builds what a worker is for, and serves its commands until `close` is called.
 *
 * @returns the error where it cannot be built
 */
export async function serveWorker({ port, modules }: WorkerTask, create: () => WorkerApi): Promise<SerialisedError | undefined> {
  try {
    await loadModules(modules);
    await serve(create(), port);
    return undefined;
  } catch (error) {
    return serialiseError(error);
  }
}

function serve(api: WorkerApi, port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const control: WorkerApi = {
      ...api,
      close() {
        api.close();
        setImmediate(() => {
          port.close(); // after the answer to this very call has left
          resolve();
        });
      },
    };
    expose(control, nodeEndpoint(port));
  });
}
