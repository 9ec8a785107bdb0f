import type { Remote } from 'comlink';
import type { Piscina } from 'piscina';

import { PartitionError } from '../errors.js';
import { WORD, type Control } from '../memory/control.js';
import { monitorHeartbeat } from './heartbeat.js';
import type { WorkerApi } from './worker-api.js';
import { spawnWorker, WorkerExited, type WorkerSpec } from './worker-thread.js';

/** Exits in a row, without any progress in between, after which a worker is not restarted. */
const MAX_EXITS_WITHOUT_PROGRESS = 3;

/** A worker that exited and was replaced. */
export interface WorkerRestart {
  /** The first partition that it runs. */
  readonly partition: number;
  /** Environment steps taken when the exit was noticed. */
  readonly step: number;
  readonly reason: string;
  /** Until the new worker could be called. */
  readonly seconds: number;
}

/** A worker that is restarted on failure: from outside, one worker. */
export interface SupervisedWorker<Api> {
  readonly partitions: readonly number[];
  readonly threads: Piscina['threads'];
  /**
   * Makes a call. If the worker exits before it answers, a new one continues on the same arena and is called again.
   *
   * @throws PartitionError if that does not help, or the run is ending
   */
  call<Answer>(command: (api: Remote<Api>) => Promise<Answer>): Promise<Answer>;
  /** Ends the thread on purpose; nothing if it is not ready. */
  kill(): void;
  /** Ends the worker. Not during a call. */
  close(): Promise<void>;
}

/** When a worker is restarted. */
export interface RestartPolicy {
  readonly control: Control;
  /** Seconds without a heartbeat after which a worker is restarted. */
  readonly timeoutSeconds: () => number;
  /** True once no worker is to be restarted. */
  readonly isEnding: () => boolean;
  /** Called after each restart. */
  readonly onRestart: (restart: WorkerRestart) => void;
}

/** Starts a worker. @param partitions that it runs */
export function superviseWorker<Api extends WorkerApi>(spec: WorkerSpec, partitions: readonly number[], { control, timeoutSeconds, isEnding, onRestart }: RestartPolicy): SupervisedWorker<Api> {
  const [partition] = partitions;
  const restarts: (Omit<WorkerRestart, 'seconds'> & { readonly since: number })[] = [];
  const countRestart = countRestartsWithoutProgress(control, partitions);
  let worker = spawnWorker<Api>(spec);
  let isReady = false;

  const step = () => Atomics.load(control.words, WORD.steps);

  async function restart(exit: WorkerExited): Promise<void> {
    isReady = false;
    restarts.push({ partition, step: step(), reason: exit.reason, since: performance.now() });
    await worker.close(); // until it has exited, it may write to the arena
    const count = countRestart(exit);
    const times = count < MAX_EXITS_WITHOUT_PROGRESS ? '' : ` ${count} times without any progress`;
    if (isEnding() || times !== '') throw new PartitionError(partition, step(), `its worker exited${times} (${exit.reason})`, { cause: exit });
    worker = spawnWorker<Api>(spec);
  }

  async function waitUntilReady(): Promise<void> {
    await worker.ready;
    isReady = true;
    for (const { since, ...each } of restarts.splice(0)) onRestart({ ...each, seconds: (performance.now() - since) / 1000 });
  }

  async function attempt<Answer>(command: (api: Remote<Api>) => Promise<Answer>): Promise<Answer> {
    await waitUntilReady();
    const stop = monitorHeartbeat(control, partitions, timeoutSeconds, () => { worker.terminate(`no heartbeat for ${timeoutSeconds()} s`, false); });
    try {
      return await worker.call(command);
    } finally {
      stop();
    }
  }

  return {
    partitions,
    get threads() {
      return worker.threads;
    },
    async call(command) {
      for (;;) {
        try {
          return await attempt(command);
        } catch (error) {
          if (error instanceof WorkerExited) await restart(error);
          else throw new PartitionError(partition, step(), `it could not be built: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    },
    kill() {
      if (isReady) worker.terminate('terminated by fault injection', true);
      isReady = false;
    },
    close: () => worker.close(),
  };
}

/** @returns counts an exit, and returns how many there were in a row without progress; intended ones do not count */
function countRestartsWithoutProgress({ words, version }: Control, partitions: readonly number[]): (exit: WorkerExited) => number {
  let before = '';
  let count = 0;
  return ({ intended }) => {
    if (intended) return 0;
    const progress = [...partitions.map((each) => version.get(each)), Atomics.load(words, WORD.steps), Atomics.load(words, WORD.episodesEvaluated)].join();
    count = progress === before ? count + 1 : 1;
    before = progress;
    return count;
  };
}
