/** Whether stdout could be written to. */
export interface Output {
  /** The status of a run, or 1 if its output could not be written. */
  statusOf(status: number): Promise<number>;
}

/**
 * Keeps a run going if stdout or stderr fails: on a full disk, or when the terminal is closed. A reader that closes the pipe (`| head`) is no
 * failure.
 */
export function watchOutput(): Output {
  let failure: Error | undefined;
  process.stderr.on('error', () => undefined); // no stream is left for a message
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return {
    async statusOf(status) {
      await new Promise((resolve) => { setImmediate(resolve); }); // errors of the last line arrive after it
      if (failure === undefined || status !== 0) return status;
      process.stderr.write(`stdout cannot be written to: ${failure.message}\n`);
      return 1;
    },
  };
}
