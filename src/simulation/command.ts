/** Runs one command at a time: a second would change what the first reads. */
export type Alone = <Result>(command: () => Promise<Result>) => Promise<Result>;

export function createAlone(): Alone {
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

/** Calls `stop` where the signal is given while the command is going on. */
export async function stoppable<Result>(signal: AbortSignal | undefined, stop: () => void, command: () => Promise<Result>): Promise<Result> {
  signal?.addEventListener('abort', stop);
  try {
    return await command();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Milliseconds that the calling thread is kept at a stretch. */
const STRETCH = 50;

/**
 * Calls `advance` until it returns false. Every 50 ms it lets timers, signals and promises of others in.
 *
 * @param pause called each time before that
 */
export async function inStretches(advance: () => boolean, pause?: () => void): Promise<void> {
  let end = performance.now() + STRETCH;
  while (advance()) {
    if (performance.now() < end) continue;
    pause?.();
    await new Promise((resolve) => { setImmediate(resolve); });
    end = performance.now() + STRETCH;
  }
}
