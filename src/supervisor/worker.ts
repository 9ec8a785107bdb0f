import { MessageChannel } from 'node:worker_threads';

import { releaseProxy, wrap, type Remote } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';

import type { CrewControl, CrewTask } from '../../workers/partition.js';
import { moduleUrls } from '../modules.js';
import type { CrewSpecification } from './crew.js';
import { reviveFault, type Fault } from './fault.js';
import { createLoss } from './loss.js';

const WORKER = new URL('../../workers/partition.js', import.meta.url).href;

/** A worker is no more, for a reason that is not in our code. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
  /** @param intended true where it was killed on purpose */
  constructor(readonly reason: string, readonly intended: boolean) {
    super(reason);
  }
}

/** A crew on one worker, from its start until the worker is gone. */
export interface Life {
  /** Settles once the crew can be called. @throws as `call` */
  readonly up: Promise<void>;
  readonly threads: Piscina['threads'];
  /**
   * Makes a call.
   *
   * @throws WorkerDied where the worker dies before it answers; what building the crew threw
   */
  call<Answer>(command: (control: Remote<CrewControl>) => Promise<Answer>): Promise<Answer>;
  /** Ends the worker at once. The first reason given is the one that calls hear of. */
  end(reason: string, intended: boolean): void;
  /** Lets the crew end by itself, where it still lives. Nothing of it runs when it returns. Can be called twice. */
  close(): Promise<void>;
}

/** Starts a worker and the crew on it. */
export function startLife(specification: CrewSpecification): Life {
  const pool = new Piscina({
    filename: WORKER,
    minThreads: 0, // a dead worker is replaced by whoever holds the crew, and only once it is gone
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: 'disabled', // the worker waits on the arena's bell, and listens to its port between commands
    execArgv: ['--enable-source-maps'],
  });
  pool.on('error', () => undefined); // told below, by the worker itself
  const { port1, port2 } = new MessageChannel();
  const task: CrewTask = { ...specification, modules: moduleUrls(), port: port2 };
  const run = pool.run(task, { transferList: [port2] }) as Promise<Fault | undefined>;
  const [worker] = pool.threads;
  const control = wrap<CrewControl>(nodeEndpoint(port1));
  let death: { readonly reason: string; readonly intended: boolean } | undefined;
  let closing: Promise<void> | undefined;

  function end(reason: string, intended: boolean): void {
    if (death !== undefined) return;
    death = { reason, intended };
    void worker.terminate();
  }

  worker.once('error', (error) => { end(error.message, false); }); // not caught on the thread, or out of memory
  run.catch((error: unknown) => { end(error instanceof Error ? error.message : String(error), false); });
  const gone = new Promise<WorkerDied>((resolve) => {
    worker.once('exit', (status) => {
      death ??= { reason: `it exited with status ${status}`, intended: false };
      resolve(new WorkerDied(death.reason, death.intended));
    });
  });
  const unbuilt = run.then((fault) => fault && reviveFault(fault), () => gone);
  const loss = createLoss();
  const lost = Promise.race([gone, unbuilt]).then((error) => { loss.occur(error ?? new WorkerDied('it had been closed', false)); });

  async function conclude(): Promise<void> {
    control.close().catch(() => undefined); // a dead worker does not answer
    await lost;
    control[releaseProxy]();
    port1.close();
    await pool.destroy();
    await gone;
  }

  const call: Life['call'] = (command) => loss.orResult(command(control));
  const up = call((crew) => crew.ready());
  up.catch(() => undefined);
  return {
    up,
    get threads() {
      return pool.threads;
    },
    call,
    end,
    close() {
      closing ??= conclude();
      return closing;
    },
  };
}
