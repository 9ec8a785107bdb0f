/** Signals that end a run early, and the exit status of a run that one of them has ended. */
const STATUS = { SIGINT: 130, SIGTERM: 130, SIGHUP: 129 } as const;
type EndingSignal = keyof typeof STATUS;
const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Exit status of a scenario that ended early. */
export const INTERRUPTED = 130;

/** Removes the handlers of `endAtSignals`. */
let beginRun = () => {};

/** Lets a signal end the process with one line and the exit status of a stopped run, until a run begins, which handles signals itself. */
export function endAtSignals(): void {
  beginRun = handleSignals((signal) => {
    process.stderr.write('stopped before the run began: nothing was saved\n');
    process.exit(STATUS[signal]);
  });
}

/** @returns what removes the handlers again */
function handleSignals(handle: (signal: EndingSignal) => void): () => void {
  const handlers = SIGNALS.map((signal) => [signal, () => { handle(signal); }] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => { for (const [signal, handler] of handlers) process.off(signal, handler); };
}

/**
 * Lets signals end a run in order: the first makes it save its state; a second one ends the process at once. A second SIGHUP does not:
 * when a terminal is closed, its shell and the system send one each.
 *
 * The handlers last as long as the run. A signal during a synchronous write waits for its end; with a handler of the writing library alone it
 * would be lost.
 *
 * @returns the exit status
 */
export async function runInterruptibly(run: (interrupt: AbortSignal) => Promise<number>): Promise<number> {
  const interruption = new AbortController();
  let first: EndingSignal | undefined;
  const end = handleSignals((signal) => {
    if (first === undefined) {
      first = signal;
      process.stderr.write('\nstopping: the run is being saved; press Ctrl-C again to leave at once\n');
      interruption.abort();
    } else if (signal !== 'SIGHUP') process.exit(STATUS[first]);
  });
  beginRun();
  try {
    const status = await run(interruption.signal);
    return status === INTERRUPTED && first !== undefined ? STATUS[first] : status;
  } finally {
    end();
  }
}
