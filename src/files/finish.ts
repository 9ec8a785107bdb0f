import { FileError } from '../errors.js';

/** Runs every action, whether or not those before it failed. @throws what failed: the error, or an AggregateError of several */
export function attemptAll(...actions: (() => void)[]): void {
  const errors: unknown[] = [];
  for (const action of actions) {
    try {
      action();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw joined(errors);
}

/**
 * Runs some work, and where it fails, what has to be done then.
 *
 * @throws what failed; where both did, an AggregateError whose first error is that of the work
 */
export async function rescuing<Result>(work: () => Promise<Result>, ...rescue: (() => void)[]): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    attemptAll(() => { throw error; }, ...rescue);
    throw error;
  }
}

/** Runs some work, and then what has to be done whether or not it failed. @throws as `rescuing` */
export async function finishing<Result>(work: () => Promise<Result>, ...finish: (() => void)[]): Promise<Result> {
  const result = await rescuing(work, ...finish);
  attemptAll(...finish);
  return result;
}

/** Errors as one. Of several about one file the first counts. */
function joined(errors: readonly unknown[]): unknown {
  const flat = errors.flatMap((error): unknown[] => (error instanceof AggregateError ? error.errors : [error]));
  const told = flat.filter((error, i) => !flat.slice(0, i).some((other) => other === error || isSameFile(other, error)));
  return told.length === 1 ? told[0] : new AggregateError(told, told.map((error) => (error instanceof Error ? error.message : String(error))).join('; '));
}

function isSameFile(a: unknown, b: unknown): boolean {
  return a instanceof FileError && b instanceof FileError && a.path === b.path;
}
