/** What became of what was written to stdout. */
export interface Output {
  /** The status of a run, or 1 where what it was to print could not be written: the reader has not got it. */
  statusOf(status: number): Promise<number>;
}

/**
 * Keeps a run going whatever becomes of stdout and stderr: a full disk behind them, a terminal that was closed. A reader that has seen enough
 * (`| head`) and closes the pipe is no failure at all.
 */
export function watchOutput(): Output {
  let failure: Error | undefined;
  process.stderr.on('error', () => undefined); // no stream is left for a message
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return {
    async statusOf(status) {
      await new Promise((resolve) => { setImmediate(resolve); }); // errors of the last line come behind it
      if (failure === undefined || status !== 0) return status;
      process.stderr.write(`stdout cannot be written to: ${failure.message}\n`);
      return 1;
    },
  };
}
