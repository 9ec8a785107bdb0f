/**
 * One check of a contract suite, for whatever test runner: `for (const { title, check } of suite) test(title, check)`. It throws an
 * `AssertionError` where the module does not keep the contract.
 */
export interface ContractCheck {
  /** A fact, for example `Ball-v0: repeats its episodes for the same seed`. */
  readonly title: string;
  /**
   * Declares no parameter, so that no runner waits for a callback.
   *
   * @param runner what the runner passes to a test; its `pass` is called where there is one, as ava counts assertions
   */
  readonly check: (...runner: readonly unknown[]) => void;
}

export function contractCheck(title: string, body: () => void): ContractCheck {
  return {
    title,
    check(...runner) {
      body();
      const [context] = runner;
      if (typeof context === 'object' && context !== null && 'pass' in context && typeof context.pass === 'function') Reflect.apply(context.pass, context, []);
    },
  };
}
