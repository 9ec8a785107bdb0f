import { isOptionError, OptionRangeError, OptionTypeError } from '../errors.js';

/** What a user typed for each option that was given: `network.hidden` → `--hidden`. */
export type Origins = ReadonlyMap<string, string>;

/** What was typed for an option, or for that whose part it is: `network.observationTraces[1]` is part of `network.observationTraces`. */
export function typedName(path: string, origins: Origins): string | undefined {
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.'), part.lastIndexOf('[')))) {
    const name = origins.get(part);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The same error under another name of its option; any other error as it is. */
export function renameOption(error: unknown, nameOf: (option: string) => string | undefined): unknown {
  return changeOption(error, (option, message) => {
    const name = nameOf(option);
    return name === undefined ? undefined : [name, message.replace(`"${option}"`, () => `"${name}"`)];
  });
}

/** An option's error with another name and message, where `change` has them; any other error as it is. */
export function changeOption(error: unknown, change: (option: string, message: string) => readonly [option: string, message: string] | undefined): unknown {
  if (!isOptionError(error)) return error;
  const changed = change(error.option, error.message);
  if (changed === undefined) return error;
  const other = error instanceof OptionTypeError ? new OptionTypeError(...changed) : new OptionRangeError(...changed);
  return Object.assign(other, { stack: error.stack });
}
