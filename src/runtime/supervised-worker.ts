import type { Remote } from 'comlink';
import type { Piscina } from 'piscina';

import { PartitionError } from '../errors.js';
import { WORD, type Control } from '../memory/control.js';
import type { WorkerApi } from './worker-api.js';
import { spawnWorker, WorkerExited, type WorkerSpec } from './worker-thread.js';
import { monitorHeartbeat } from './heartbeat.js';

/** Deaths in a row, with nothing achieved in between, that a crew does not come back from. */
const MAX_RESTARTS_WITHOUT_PROGRESS = 3;

/** A worker that died, and was replaced by another. */
export interface WorkerRestart {
  /** The partition it carried. */
  readonly partition: number;
  /** Environment steps taken when the death was noticed. */
  readonly step: number;
  readonly reason: string;
  /** Until another was at work in its place. */
  readonly seconds: number;
}

/** A crew as the supervisor holds it, however many workers it takes. */
export interface SupervisedWorker<Api extends WorkerApi> {
  readonly partitions: readonly number[];
  readonly threads: Piscina['threads'];
  /**
   * Makes a call. Where the worker dies before it has answered, another takes its place on the same arena and is called again.
   *
   * @throws PartitionError where that does not help, or is not wanted any more
   */
  call<Answer>(command: (control: Remote<Api>) => Promise<Answer>): Promise<Answer>;
  /** Ends the worker on purpose; nothing where it is not up. */
  kill(): void;
  /** Ends the crew and its worker. Not while a call is going on. */
  close(): Promise<void>;
}

/** What the supervisor has to do with the life of its crews. */
export interface RestartPolicy {
  readonly control: Control;
  /** Seconds without a sign of life after which a worker is taken for dead. */
  readonly timeoutSeconds: () => number;
  /** True where no worker is to be replaced any more. */
  readonly isEnding: () => boolean;
  /** Told of each death, once it is made good. */
  readonly onRestart: (death: WorkerRestart) => void;
}

/**
 * Starts a worker, and another on the same arena where it exits.
 *
 * @param partitions that it carries: their heartbeats and versions are followed
 */
export function superviseWorker<Api extends WorkerApi>(specification: WorkerSpec, partitions: readonly number[], { control, timeoutSeconds, isEnding, onRestart }: RestartPolicy): SupervisedWorker<Api> {
  const [partition] = partitions;
  const restarts: (Omit<WorkerRestart, 'seconds'> & { readonly since: number })[] = [];
  const countRestart = countRestartsWithoutProgress(control, partitions);
  let worker = spawnWorker<Api>(specification);
  let up = false;

  const step = () => Atomics.load(control.words, WORD.steps);

  async function replace(death: WorkerExited): Promise<void> {
    up = false;
    restarts.push({ partition, step: step(), reason: death.reason, since: performance.now() });
    await worker.close(); // until it is gone, it may be writing its rows
    const count = countRestart(death);
    const times = count < MAX_RESTARTS_WITHOUT_PROGRESS ? '' : ` ${count} times without getting any further`;
    if (isEnding() || times !== '') throw new PartitionError(partition, step(), `its worker died${times} (${death.reason})`, { cause: death });
    worker = spawnWorker<Api>(specification);
  }

  /** Returns once the crew can be called, and tells since when it could not. */
  async function arrive(): Promise<void> {
    await worker.ready;
    up = true;
    for (const { since, ...death } of restarts.splice(0)) onRestart({ ...death, seconds: (performance.now() - since) / 1000 });
  }

  async function attend<Answer>(command: (crew: Remote<Api>) => Promise<Answer>): Promise<Answer> {
    await arrive();
    const stop = monitorHeartbeat(control, partitions, timeoutSeconds, () => { worker.terminate(`no sign of life for ${timeoutSeconds()} s`, false); });
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
          return await attend(command);
        } catch (error) {
          if (error instanceof WorkerExited) await replace(error);
          else throw new PartitionError(partition, step(), `it could not be built: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    },
    kill() {
      if (up) worker.terminate('killed on purpose', true);
      up = false;
    },
    close: () => worker.close(),
  };
}

/** @returns counts a death, and tells how many there were in a row between which the crew achieved nothing; those on purpose do not count */
function countRestartsWithoutProgress({ words, version }: Control, partitions: readonly number[]): (death: WorkerExited) => number {
  let before = '';
  let count = 0;
  return ({ intended }) => {
    if (intended) return 0;
    const achieved = [...partitions.map((each) => version.get(each)), Atomics.load(words, WORD.steps), Atomics.load(words, WORD.episodesEvaluated)].join();
    count = achieved === before ? count + 1 : 1;
    before = achieved;
    return count;
  };
}
