import { MessageChannel } from 'node:worker_threads';

import { releaseProxy, wrap, type Remote } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';

import { moduleUrls } from '../modules.js';
import type { WorkerApi, WorkerTask } from './worker-api.js';
import { deserialiseError, type SerialisedError } from './serialised-error.js';
import { createTermination } from './termination.js';

/** What a worker runs: the file of its entry, and what that is told. */
export interface WorkerSpec {
  readonly entry: URL;
  /** Plain data and the shared memory. */
  readonly task: object;
}

/** A worker is no more, for a reason that is not in our code. */
export class WorkerExited extends Error {
  override readonly name = 'WorkerDied';
  /** @param intended true where it was killed on purpose */
  constructor(readonly reason: string, readonly intended: boolean) {
    super(reason);
  }
}

/** A crew on one worker, from its start until the worker is gone. */
export interface WorkerThread<Api extends WorkerApi> {
  /** Settles once the crew can be called. @throws as `call` */
  readonly ready: Promise<void>;
  readonly threads: Piscina['threads'];
  /**
   * Makes a call.
   *
   * @throws WorkerDied where the worker dies before it answers; what building the crew threw
   */
  call<Answer>(command: (control: Remote<Api>) => Promise<Answer>): Promise<Answer>;
  /** Ends the worker at once. The first reason given is the one that calls hear of. */
  terminate(reason: string, intended: boolean): void;
  /** Lets the crew end by itself, where it still lives. Nothing of it runs when it returns. Can be called twice. */
  close(): Promise<void>;
}

/** Starts a worker and the crew on it. */
export function spawnWorker<Api extends WorkerApi>({ entry, task: own }: WorkerSpec): WorkerThread<Api> {
  const pool = new Piscina({
    filename: entry.href,
    minThreads: 0, // a dead worker is replaced by whoever holds the crew, and only once it is gone
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: 'disabled', // the worker waits on the arena's bell, and listens to its port between commands
    execArgv: ['--enable-source-maps'],
  });
  pool.on('error', () => undefined); // told below, by the worker itself
  const { port1, port2 } = new MessageChannel();
  const task: WorkerTask = { ...own, modules: moduleUrls(), port: port2 };
  const run = pool.run(task, { transferList: [port2] }) as Promise<SerialisedError | undefined>;
  const [worker] = pool.threads;
  const control = wrap<Api>(nodeEndpoint(port1));
  const common = control as unknown as Remote<WorkerApi>; // what every worker answers
  let exit: { readonly reason: string; readonly intended: boolean } | undefined;
  let closing: Promise<void> | undefined;

  function terminate(reason: string, intended: boolean): void {
    if (exit !== undefined) return;
    exit = { reason, intended };
    void worker.terminate();
  }

  worker.once('error', (error) => { terminate(error.message, false); }); // not caught on the thread, or out of memory
  run.catch((error: unknown) => { terminate(error instanceof Error ? error.message : String(error), false); });
  const exited = new Promise<WorkerExited>((resolve) => {
    worker.once('exit', (status) => {
      exit ??= { reason: `it exited with status ${status}`, intended: false };
      resolve(new WorkerExited(exit.reason, exit.intended));
    });
  });
  const startError = run.then((fault) => fault && deserialiseError(fault), () => exited);
  const termination = createTermination();
  const failed = Promise.race([exited, startError]).then((error) => { termination.terminate(error ?? new WorkerExited('it had been closed', false)); });

  async function conclude(): Promise<void> {
    common.close().catch(() => undefined); // a dead worker does not answer
    await failed;
    common[releaseProxy]();
    port1.close();
    await pool.destroy();
    await exited;
  }

  const call: WorkerThread<Api>['call'] = (command) => termination.race(command(control));
  const ready = call(() => common.ready());
  ready.catch(() => undefined);
  return {
    ready,
    get threads() {
      return pool.threads;
    },
    call,
    terminate,
    close() {
      closing ??= conclude();
      return closing;
    },
  };
}
