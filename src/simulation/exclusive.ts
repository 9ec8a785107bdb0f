/** Runs one command at a time: a second would change data that the first reads. */
export type Exclusive = <Result>(command: () => Promise<Result>) => Promise<Result>;

export function createExclusive(): Exclusive {
  let busy = false;
  return async (command) => {
    if (busy) throw new Error('a run or an evaluation is still going on: await it before the next');
    busy = true;
    try {
      return await command();
    } finally {
      busy = false;
    }
  };
}

/** Calls `stop` if the signal is aborted during the command. */
export async function stoppable<Result>(signal: AbortSignal | undefined, stop: () => void, command: () => Promise<Result>): Promise<Result> {
  signal?.addEventListener('abort', stop);
  try {
    return await command();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Longest time, in milliseconds, for which the calling thread does not yield. */
const SLICE = 50;

/**
 * Calls `advance` until it returns false. Every 50 ms it yields to timers, signals and other promises.
 *
 * @param pause called before each yield
 */
export async function yieldEvery(advance: () => boolean, pause?: () => void): Promise<void> {
  let end = performance.now() + SLICE;
  while (advance()) {
    if (performance.now() < end) continue;
    pause?.();
    await new Promise((resolve) => { setImmediate(resolve); });
    end = performance.now() + SLICE;
  }
}
