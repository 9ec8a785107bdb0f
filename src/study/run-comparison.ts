import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { isRecord, wrongValue } from '../check.js';
import { createEpisodeCounter } from '../simulation/measure.js';
import { RUN_FILES } from '../telemetry/run-folder.js';
import { mean, stratifiedBootstrapInterval } from '../telemetry/statistics.js';
import { estimate, type Estimate } from './estimate.js';

/** Points of a learning curve. */
const POINTS = 100;

/** A finished or interrupted run, read from its folder. */
export interface ComparedRun {
  readonly folder: string;
  readonly environment: string;
  readonly algorithm: string;
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Mean return of its last evaluation. */
  readonly evaluation: number;
  readonly randomReturn: number;
  /** Running return of the training: mean of the last 20 episodes, on a grid of environment steps. */
  readonly curve: readonly { readonly step: number; readonly meanReturn: number }[];
  /** Settings but the seed, as text: equal for runs that differ in their seed alone. */
  readonly settings: string;
}

/** Runs that differ in their seed alone. */
export interface ComparedGroup {
  readonly label: string;
  readonly environment: string;
  readonly runs: readonly ComparedRun[];
  readonly returns: Estimate;
  readonly randomReturn: number;
}

/**
 * Reads a run.
 *
 * @param option that names the folder, for errors
 * @throws RangeError naming the option where the folder holds no run that has ended
 */
export function readRun(option: string, folder: string): ComparedRun {
  const result = readObject(option, folder, RUN_FILES.result);
  const { environment, algorithm, rule, credit, seed, steps, seconds, stepsPerSecond, evaluation, random } = result;
  const complete = typeof environment === 'string' && typeof seed === 'number' && typeof steps === 'number' && isRecord(evaluation) && typeof evaluation.meanReturn === 'number';
  if (!complete) throw wrongValue(option, 'the folder of a training run that has ended', folder, ` (its ${RUN_FILES.result} is of another scenario)`);
  const name = [typeof rule === 'string' ? rule : algorithm, ...(typeof credit === 'string' ? [credit] : [])].filter((part) => typeof part === 'string').join(', ');
  const settings: Record<string, unknown> = { ...readObject(option, folder, RUN_FILES.config), seed: undefined };
  return {
    folder, environment, seed, steps, algorithm: name, evaluation: Number(evaluation.meanReturn), seconds: Number(seconds), stepsPerSecond: Number(stepsPerSecond),
    randomReturn: isRecord(random) ? Number(random.meanReturn) : NaN,
    curve: readCurve(join(folder, RUN_FILES.metrics), steps),
    settings: JSON.stringify(settings),
  };
}

function readObject(option: string, folder: string, name: string): Record<string, unknown> {
  const file = join(folder, name);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw wrongValue(option, 'the folder of a run', folder);
  if (!existsSync(file)) throw wrongValue(option, 'the folder of a run that has ended', folder, ` (it has no ${name})`);
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isRecord(value)) return value;
  } catch {
    // reported below
  }
  throw wrongValue(option, 'the folder of a run', folder, ` (its ${name} is damaged)`);
}

function readCurve(file: string, steps: number): ComparedRun['curve'] {
  if (!existsSync(file)) return [];
  const counter = createEpisodeCounter();
  const curve: { step: number; meanReturn: number }[] = [];
  const spacing = Math.max(1, Math.round(steps / POINTS));
  const addPoint = (step: number) => {
    const { runningReturn } = counter.summary();
    if (runningReturn !== null) curve.push({ step, meanReturn: runningReturn });
  };
  let next = spacing;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.includes('"episode"')) continue;
    const { type, step, episode, return: episodeReturn } = parseLine(line);
    if (type !== 'episode' || typeof step !== 'number' || typeof episodeReturn !== 'number') continue;
    for (; next < step; next += spacing) addPoint(next);
    counter.add({ episode: Number(episode), return: episodeReturn });
  }
  addPoint(next);
  return curve;
}

/** A last line that was cut counts as nothing. */
function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Runs by task and settings, in the order in which they were given; several groups of one algorithm are named by the settings in which they differ. */
export function groupRuns(runs: readonly ComparedRun[]): ComparedGroup[] {
  const keys = [...new Set(runs.map(({ settings }) => settings))];
  const groups = keys.map((key) => runs.filter(({ settings }) => settings === key));
  return groups.map((own) => {
    const { environment, algorithm } = own[0];
    const rivals = groups.filter(([other]) => other.environment === environment && other.algorithm === algorithm);
    const difference = rivals.length === 1 ? '' : differenceOf(own[0], rivals.map(([other]) => other));
    return {
      label: difference === '' ? algorithm : `${algorithm} (${difference})`,
      environment,
      runs: own,
      returns: estimate(own.map(({ evaluation }) => evaluation)) ?? { mean: NaN, interval: [NaN, NaN], values: [] },
      randomReturn: mean(own.map(({ randomReturn }) => randomReturn)),
    };
  });
}

/** Values of the settings in which a run differs from others: `hidden [64], batch 32`. */
function differenceOf(run: ComparedRun, all: readonly ComparedRun[]): string {
  const flat = all.map(({ settings }) => flatten(JSON.parse(settings)));
  const own = flat[all.indexOf(run)];
  const paths = [...new Set(flat.flatMap((each) => [...each.keys()]))].filter((path) => flat.some((each) => each.get(path) !== own.get(path)));
  return paths.map((path) => `${path.slice(path.lastIndexOf('.') + 1)} ${own.get(path) ?? 'none'}`).join(', ');
}

/** Values by path, as JSON. */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (!isRecord(value)) return new Map([[path, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, part]) => [...flatten(part, path === '' ? key : `${path}.${key}`)]));
}

/**
 * Probability that a run of `better` has a higher return than one of `worse`, equal returns counting one half, with its 95 % bootstrap interval over seeds.
 * Source: Agarwal et al. 2021, section 4.3.
 */
export function probabilityOfImprovement(better: readonly number[], worse: readonly number[]): Estimate {
  const share = ([some, others]: readonly (readonly number[])[]) => mean(some.flatMap((x) => others.map((y) => (x > y ? 1 : x === y ? 0.5 : 0))));
  const value = share([better, worse]);
  return { mean: value, interval: stratifiedBootstrapInterval([better, worse], share, 2000), values: [value] };
}
