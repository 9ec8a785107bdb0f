/** Whether the state of a run is at rest, so that a checkpoint or a recording can be taken. */
export interface Quiescence {
  /** The state changes during the action; if it fails, the state stays invalid. */
  during<Result>(action: () => Promise<Result>): Promise<Result>;
  /** The state is at rest during this action, within another. */
  pause(action: () => void): void;
  /** @throws Error if the state changes, or is invalid after a failure */
  check(what?: string): void;
}

export function createQuiescence(): Quiescence {
  let quiescent = true;
  return {
    async during(action) {
      quiescent = false;
      const result = await action();
      quiescent = true;
      return result;
    },
    pause(action) {
      quiescent = true;
      action();
      quiescent = false;
    },
    check(what = 'a checkpoint can be taken') {
      if (!quiescent) throw new Error(`${what} between commands or when "checkpoint" is emitted, and not after a failure`);
    },
  };
}
