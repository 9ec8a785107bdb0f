import { MessageChannel } from 'node:worker_threads';

import { releaseProxy, wrap, type Remote } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';

import { moduleUrls } from '../modules.js';
import { deserialiseError, type SerialisedError } from './serialised-error.js';
import { createTermination } from './termination.js';
import type { WorkerApi, WorkerTask } from './worker-api.js';

/** What a worker runs: its entry module, which calls `serveWorker`, and the task for it. */
export interface WorkerSpec {
  readonly entry: URL;
  /** Plain data and the shared memory. */
  readonly task: object;
}

/** A worker has exited for a reason outside of our code. */
export class WorkerExited extends Error {
  override readonly name = 'WorkerExited';
  /** @param intended true if it was ended on purpose */
  constructor(readonly reason: string, readonly intended: boolean) {
    super(reason);
  }
}

/** One worker thread, from its start to its exit. */
export interface WorkerThread<Api> {
  /** Settles once the worker can be called. @throws as `call` */
  readonly ready: Promise<void>;
  readonly threads: Piscina['threads'];
  /**
   * Makes a call.
   *
   * @throws WorkerExited if the worker exits before it answers; the error with which it could not be built
   */
  call<Answer>(command: (api: Remote<Api>) => Promise<Answer>): Promise<Answer>;
  /** Ends the thread at once. Pending calls fail with the first reason given. */
  terminate(reason: string, intended: boolean): void;
  /** Lets the worker end by itself if it still can. Returns once the thread has exited. Can be called twice. */
  close(): Promise<void>;
}

export function spawnWorker<Api extends WorkerApi>({ entry, task: own }: WorkerSpec): WorkerThread<Api> {
  const pool = new Piscina({
    filename: entry.href,
    minThreads: 0, // the supervisor replaces a worker, once it has exited
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: 'disabled', // the worker waits on the arena's event count, and for its port between commands
    execArgv: ['--enable-source-maps'],
  });
  pool.on('error', () => undefined); // the worker's own event reports it below
  const { port1, port2 } = new MessageChannel();
  const task: WorkerTask = { ...own, modules: moduleUrls(), port: port2 };
  const run = pool.run(task, { transferList: [port2] }) as Promise<SerialisedError | undefined>;
  const [thread] = pool.threads;
  const api = wrap<Api>(nodeEndpoint(port1));
  const base = api as unknown as Remote<WorkerApi>;
  let exit: { readonly reason: string; readonly intended: boolean } | undefined;
  let closing: Promise<void> | undefined;

  function terminate(reason: string, intended: boolean): void {
    if (exit !== undefined) return;
    exit = { reason, intended };
    void thread.terminate();
  }

  thread.once('error', (error) => { terminate(error.message, false); }); // uncaught on the thread, or out of memory
  run.catch((error: unknown) => { terminate(error instanceof Error ? error.message : String(error), false); });
  const exited = new Promise<WorkerExited>((resolve) => {
    thread.once('exit', (status) => {
      exit ??= { reason: `it exited with status ${status}`, intended: false };
      resolve(new WorkerExited(exit.reason, exit.intended));
    });
  });
  const startError = run.then((error) => error && deserialiseError(error), () => exited);
  const termination = createTermination();
  const failed = Promise.race([exited, startError]).then((error) => { termination.terminate(error ?? new WorkerExited('it had been closed', false)); });

  async function conclude(): Promise<void> {
    base.close().catch(() => undefined); // an exited worker does not answer
    await failed;
    base[releaseProxy]();
    port1.close();
    await pool.destroy();
    await exited;
  }

  const ready = termination.race(base.ready());
  ready.catch(() => undefined);
  return {
    ready,
    get threads() {
      return pool.threads;
    },
    call: (command) => termination.race(command(api)),
    terminate,
    close() {
      closing ??= conclude();
      return closing;
    },
  };
}
