import { EnvironmentError } from '../errors.js';
import type { Environment } from './environment.js';

/** What a user's task did wrong. */
export class TaskFault extends Error {}

/**
 * Makes an environment whose task's faults are reported with its name and the step of the episode; wrong options and actions are the caller's
 * faults, and thrown as they are.
 *
 * @param create gives steps of the episode as `elapsed` where a user wrote the task
 * @throws EnvironmentError where the task cannot be built
 */
export function blaming(id: string, create: () => Environment & { readonly elapsed?: () => number }): Environment {
  const told = <Result>(step: number, action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof TaskFault)) throw error;
      throw new EnvironmentError(id, step, error.message, { cause: error.cause });
    }
  };
  const environment = told(0, create);
  const { elapsed } = environment;
  if (elapsed === undefined) return environment;
  return {
    ...environment,
    reset: (options) => told(0, () => environment.reset(options)),
    step: (action) => told(elapsed() + 1, () => environment.step(action)),
  };
}
