/** Signals that end a run early, and the exit status of a run that one of them has ended. */
const STATUS = { SIGINT: 130, SIGTERM: 130, SIGHUP: 129 } as const;
type EndingSignal = keyof typeof STATUS;
const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Exit status by which a scenario says that it ended early. */
export const INTERRUPTED = 130;

/**
 * Lets signals end a run in order: the first asks it to save what there is; a second one ends the process at once. But not a second SIGHUP:
 * where a terminal is closed, its shell and the system send one each.
 *
 * The handlers are there as long as the run is. So a signal that comes while something is written, which takes no turn of the event loop, waits for the end of that;
 * with a handler of the writing library alone it would be lost.
 *
 * @returns the exit status
 */
export async function runInterruptibly(run: (interrupt: AbortSignal) => Promise<number>): Promise<number> {
  const interruption = new AbortController();
  let first: EndingSignal | undefined;
  const handlers = SIGNALS.map((signal) => [signal, () => {
    if (first === undefined) {
      first = signal;
      process.stderr.write('\nstopping: the run is being saved; press Ctrl-C again to leave at once\n');
      interruption.abort();
    } else if (signal !== 'SIGHUP') process.exit(STATUS[first]);
  }] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    const status = await run(interruption.signal);
    return status === INTERRUPTED && first !== undefined ? STATUS[first] : status;
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
