/** The end of something that calls depend on: it may come once, at any time, or never. */
export interface Termination {
  /** Rejects all pending results, and all later ones. */
  terminate(error: Error): void;
  /** The result, or a rejection if the termination comes first. */
  race<Result>(result: Promise<Result>): Promise<Result>;
  /** Results that are pending. */
  readonly pending: number;
}

/**
 * Unlike `Promise.race` against a pending promise, a settled call leaves nothing behind: `race` would attach two reactions to the promise at every call, 2.6 MB in a
 * run of six million steps with a call for each thousand.
 */
export function createTermination(): Termination {
  const rejects = new Set<(error: Error) => void>();
  let loss: Error | undefined;
  return {
    terminate(error) {
      loss ??= error;
      for (const reject of rejects) reject(loss);
      rejects.clear();
    },
    race(result) {
      return new Promise((resolve, reject) => {
        if (loss !== undefined) reject(loss);
        else rejects.add(reject);
        result.then(resolve, reject).finally(() => rejects.delete(reject));
      });
    },
    get pending() {
      return rejects.size;
    },
  };
}
