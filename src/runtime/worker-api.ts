import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

import { loadModules, type ModuleUrls } from '../modules.js';
import { serialiseError, type SerialisedError } from './serialised-error.js';

/** The commands of every worker, besides its own. */
export interface WorkerApi {
  /** Answers once the worker is built. */
  ready(): void;
  close(): void;
}

/** What every worker is started with, besides its own task. */
export interface WorkerTask {
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

/**
 * Builds a worker, and answers its commands until it is closed.
 *
 * @returns the error if it cannot be built
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

function serve(own: WorkerApi, port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const api: WorkerApi = {
      ...own,
      close() {
        own.close();
        setImmediate(() => {
          port.close(); // after the answer to this call was sent
          resolve();
        });
      },
    };
    expose(api, nodeEndpoint(port));
  });
}
