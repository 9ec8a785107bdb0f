import { parseArgs, type ParseArgsConfig } from 'node:util';

import { isOptionError } from '../src/index.js';

/**
 * Reads the arguments of a script. `--help` prints the usage and exits with status 0; a wrong argument prints one line and exits with status 2.
 *
 * @param usage text that `--help` prints
 * @param config of `parseArgs`
 * @param read turns what was parsed into the script's options; throws a TypeError or RangeError that names a wrong argument
 */
export function readArguments<Config extends ParseArgsConfig, Options>(usage: string, config: Config, read: (parsed: ReturnType<typeof parseArgs<Config>>) => Options): Options {
  if (process.argv.slice(2).includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return read(parseArgs(config));
  } catch (error) {
    if (!isUsageError(error)) throw error;
    console.error(error.message.split('. ')[0]);
    process.exit(2);
  }
}

function isUsageError(error: unknown): error is Error {
  return isOptionError(error) || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
}
