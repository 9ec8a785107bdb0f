import { checkFunction, checkInteger, checkSignal, checkString } from '../check.js';
import { checkSeed } from '../environment/task.js';
import { commandOptions } from '../plain.js';
import { checkCheckpointEvery } from './pause-points.js';
import { checkEpisodes, checkRunSteps } from './measure.js';
import type { EvaluateOptions, RunOptions } from './training.js';

/** Reads an option where it is given. */
const given = <Key extends string, Value>(options: Record<string, unknown>, key: Key, check: (value: unknown) => Value) =>
  (options[key] === undefined ? {} : { [key]: check(options[key]) }) as { [K in Key]?: Value };

/** @throws TypeError or RangeError naming the option that is wrong or not known */
export function checkRunOptions(options: unknown): RunOptions {
  return runOptionsIn(commandOptions(options, RUN, ['signal']));
}

const RUN = ['steps', 'signal', 'checkpointEvery', 'episodes', 'record'];

function runOptionsIn(known: Record<string, unknown>): RunOptions {
  return {
    ...given(known, 'steps', (value) => checkRunSteps(value)),
    ...given(known, 'signal', (value) => checkSignal('signal', value)),
    ...given(known, 'checkpointEvery', checkCheckpointEvery),
    ...given(known, 'episodes', checkEpisodes),
    ...given(known, 'record', (value) => checkString('record', value)),
  };
}

/** The same where a function is called along the way. @param callback the option that is it */
export function checkRunOptionsWith<Callback extends string>(options: unknown, callback: Callback, others: readonly string[] = RUN): RunOptions & { [K in Callback]?: (...values: never[]) => void } {
  const known = commandOptions(options, [...others, callback], ['signal', callback]);
  return { ...runOptionsIn(known), ...given(known, callback, (value) => checkFunction(callback, value)) };
}

/** For trainers without checkpoints and recordings. */
export function checkPlainRunOptions(options: unknown): Pick<RunOptions, 'steps' | 'signal'> {
  return runOptionsIn(commandOptions(options, ['steps', 'signal'], ['signal']));
}

export function checkEvaluateOptions(options: unknown): EvaluateOptions {
  const known = commandOptions(options, ['episodes', 'seed', 'signal'], ['signal']);
  return { ...given(known, 'episodes', checkEpisodes), ...given(known, 'seed', checkSeed), ...given(known, 'signal', (value) => checkSignal('signal', value)) };
}

/** Of the random policy's evaluation. */
export function checkRandomOptions(options: unknown): { readonly episodes: number; readonly seed?: number } {
  const known = commandOptions(options, ['episodes', 'seed']);
  return { episodes: checkEpisodes(known.episodes ?? 20), ...given(known, 'seed', checkSeed) };
}

/** Which episode is to be watched, from 0, and how many steps of it. */
export function checkRecordOptions(options: unknown): { readonly episode: number; readonly steps: number } {
  const { episode = 0, steps = 1000 } = commandOptions(options, ['episode', 'steps']);
  return { episode: checkInteger('episode', episode, { min: 0, max: 999_999 }), steps: checkInteger('steps', steps, { min: 1, max: 1_000_000 }) };
}

/** Worker threads of a replay, where they are given. */
export function checkRerunOptions(options: unknown): { readonly threads?: number } {
  return given(commandOptions(options, ['threads']), 'threads', (value) => checkInteger('threads', value, { min: 1 }));
}
