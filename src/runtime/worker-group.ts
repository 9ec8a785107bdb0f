import type { Piscina } from 'piscina';

import { closedError } from '../errors.js';
import { WORD, type Control } from '../memory/control.js';
import type { EventCount } from '../schedule/event-count.js';
import { superviseWorker, type SupervisedWorker, type WorkerRestart } from './supervised-worker.js';
import type { WorkerApi } from './worker-api.js';
import type { WorkerSpec } from './worker-thread.js';

/** Seconds without a heartbeat after which a worker is not waited for once the run ends. */
const CLOSING_TIMEOUT = 5;

/** A worker's specification and the partitions that it runs. */
export interface GroupMember extends WorkerSpec {
  readonly partitions: readonly number[];
}

/** The workers of a run. They carry out commands together; the first failure ends the run. */
export class WorkerGroup<Api extends WorkerApi> {
  readonly #control: Control;
  readonly #eventCount: EventCount;
  readonly #workers: readonly SupervisedWorker<Api>[];
  readonly #restarts: WorkerRestart[] = [];
  #failure: Error | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Starts the workers. @param timeout seconds without a heartbeat after which a worker is restarted; Infinity for never */
  constructor(members: readonly GroupMember[], control: Control, eventCount: EventCount, timeout: number) {
    this.#control = control;
    this.#eventCount = eventCount;
    const policy = {
      control,
      timeoutSeconds: () => (this.#isAborted() ? Math.min(timeout, CLOSING_TIMEOUT) : timeout),
      isEnding: () => this.#isAborted(),
      onRestart: (restart: WorkerRestart) => { this.#restarts.push(restart); },
    };
    this.#workers = members.map((member) => superviseWorker<Api>(member, member.partitions, policy));
  }

  /** The worker threads, to look after them. */
  get threads(): Piscina['threads'] {
    return this.#workers.flatMap((worker) => worker.threads);
  }

  /** Ends the thread that runs a partition, at once; nothing if it is not ready. */
  kill(partition: number): void {
    this.#workers.find(({ partitions }) => partitions.includes(partition))?.kill();
  }

  /** Restarts since the last call. */
  takeRestarts(): WorkerRestart[] {
    return this.#restarts.splice(0);
  }

  /**
   * Calls every worker.
   *
   * @throws the first failure, which stops the others, once all have answered or exited; the same at every later call
   */
  async call<Answer>(command: (worker: SupervisedWorker<Api>, index: number) => Promise<Answer>): Promise<Answer[]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw closedError();
    const answers = this.#workers.map(async (worker, index) => {
      try {
        return await command(worker, index);
      } catch (error) {
        if (!this.#isClosed()) this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#abort(); // the others leave their schedulers and answer
        throw error;
      }
    });
    this.#running = Promise.allSettled(answers);
    await this.#running;
    const failure = this.#firstFailure();
    if (failure !== undefined) throw failure;
    if (this.#isClosed()) throw closedError();
    return Promise.all(answers);
  }

  /** Ends every worker; no thread is left when it returns. Can be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#abort();
    await this.#running.catch(() => undefined); // its caller gets the error
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  #isClosed(): boolean {
    return this.#closing !== undefined;
  }

  #firstFailure(): Error | undefined {
    return this.#failure;
  }

  #isAborted(): boolean {
    return Atomics.load(this.#control.words, WORD.abort) !== 0;
  }

  #abort(): void {
    Atomics.store(this.#control.words, WORD.abort, 1);
    this.#eventCount.notify();
  }
}
