import { checkKeys, checkName, checkNumber, isRecord, wrongKind, wrongValue, type NumberRange } from '../check.js';
import type { Stream } from '../random/stream.js';
import { checkTrace, describeTrace, readTrace, type Trace } from './trace.js';

/** A distribution of durations, in seconds of virtual time. Plain data: it goes into config.json and to other threads as it is. */
export type Distribution =
  | { readonly name: 'constant'; readonly value: number }
  | { readonly name: 'exponential'; readonly mean: number }
  | { readonly name: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly name: 'pareto'; readonly scale: number; readonly shape: number }
  | Trace;

export const DISTRIBUTION_NAMES = ['constant', 'exponential', 'lognormal', 'pareto', 'trace'] as const;
export type DistributionName = (typeof DISTRIBUTION_NAMES)[number];

/** Thirty years of virtual time. With the ranges below every draw is finite: no normal deviate of 53 bits is above 9. */
const LONGEST = 1e9;
const DURATION: NumberRange = { min: 0, max: LONGEST };
const POSITIVE_DURATION: NumberRange = { ...DURATION, above: true };

/** The parameters of each distribution, in the order in which they are written. */
const PARAMETERS: Readonly<Record<Exclude<DistributionName, 'trace'>, Readonly<Record<string, NumberRange>>>> = {
  constant: { value: DURATION },
  exponential: { mean: POSITIVE_DURATION },
  lognormal: { median: POSITIVE_DURATION, sigma: { min: 0, max: 10 } },
  pareto: { scale: POSITIVE_DURATION, shape: { min: 1, above: true, max: 1000, hint: 'at 1 and below it has no mean' } },
};

const CONSTRAINT = 'seconds, or a distribution of them, for example lognormal(0.002, 0.5)';

/**
 * Checks a distribution as a user writes it, in JSON or on the command line:
 *
 *   0.002 or constant(0.002)   always the same
 *   exponential(0.002)         its mean
 *   lognormal(0.002, 0.5)      its median, and the standard deviation of its logarithm
 *   pareto(0.001, 2.5)         its scale, which is the least duration, and its shape
 *   trace(file.json)           measured durations, a JSON list of numbers, each as likely as any other; from the working directory
 *
 * What it returns is accepted too, so that a run folder's config.json repeats its run. A trace holds its numbers and does not need the
 * file again.
 *
 * @param option the path that errors name
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function parseDistribution(option: string, given: unknown): Distribution {
  if (isRecord(given)) return checkDistribution(option, given);
  if (typeof given === 'number') return { name: 'constant', value: checkNumber(option, given, DURATION) };
  if (typeof given !== 'string') throw wrongKind(option, CONSTRAINT, given);
  const text = given.trim();
  if (text !== '' && !Number.isNaN(Number(text))) return { name: 'constant', value: checkNumber(option, Number(text), DURATION) };
  const match = /^([^()]*)\((.*)\)$/s.exec(text);
  if (match === null) throw wrongValue(option, CONSTRAINT, given);
  const [, word, inside] = match;
  const name = checkName(option, word.trim(), DISTRIBUTION_NAMES);
  if (name === 'trace') return readTrace(option, inside.trim(), DURATION);
  const parameters = Object.keys(PARAMETERS[name]);
  const numbers = inside.split(',').map((part) => toNumber(part.trim()));
  if (numbers.length !== parameters.length) throw wrongValue(option, `${name}(${parameters.join(', ')})`, given);
  return checkParameters(option, name, Object.fromEntries(parameters.map((parameter, i) => [parameter, numbers[i]])));
}

/** What is no number is passed on as it is: the check names it better. */
function toNumber(text: string): unknown {
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function checkDistribution(option: string, given: Record<string, unknown>): Distribution {
  const name = checkName(`${option}.name`, given.name, DISTRIBUTION_NAMES);
  if (name === 'trace') return checkTrace(option, given, DURATION);
  checkKeys(option, given, ['name', ...Object.keys(PARAMETERS[name])]);
  return checkParameters(option, name, given);
}

function checkParameters(option: string, name: keyof typeof PARAMETERS, given: Record<string, unknown>): Distribution {
  const read = (parameter: string) => checkNumber(`${option}.${parameter}`, given[parameter], PARAMETERS[name][parameter]);
  switch (name) {
    case 'constant':
      return { name, value: read('value') };
    case 'exponential':
      return { name, mean: read('mean') };
    case 'lognormal':
      return { name, median: read('median'), sigma: read('sigma') };
    case 'pareto':
      return { name, scale: read('scale'), shape: read('shape') };
  }
}

/** The distribution as a user writes it; `parseDistribution` gives it back. */
export function describeDistribution(distribution: Distribution): string {
  switch (distribution.name) {
    case 'constant':
      return `constant(${distribution.value})`;
    case 'exponential':
      return `exponential(${distribution.mean})`;
    case 'lognormal':
      return `lognormal(${distribution.median}, ${distribution.sigma})`;
    case 'pareto':
      return `pareto(${distribution.scale}, ${distribution.shape})`;
    case 'trace':
      return describeTrace(distribution);
  }
}

/**
 * One duration x, in seconds. Every call takes exactly one draw, a constant too, so that draw i is a function of the stream's seed and
 * name and of i alone; u is uniform on [0, 1), g standard normal:
 *
 *   constant     x = value
 *   exponential  x = -mean log(1 - u)              density e^(-x / mean) / mean
 *   lognormal    x = median e^(sigma g)            density e^(-(log(x / median) / sigma)² / 2) / (x sigma √(2π))
 *   pareto       x = scale (1 - u)^(-1 / shape)    density shape scale^shape / x^(shape + 1) from scale on
 *   trace        x = one of the measured ones, each with probability 1 / count: their bootstrap
 *
 * Source: Devroye 1986, "Non-uniform random variate generation", II.2 (inversion); Efron 1979 (bootstrap).
 */
export function drawDuration(distribution: Distribution, stream: Stream): number {
  switch (distribution.name) {
    case 'constant':
      stream.uniform(); // as the others do
      return distribution.value;
    case 'exponential':
      return -distribution.mean * Math.log1p(-stream.uniform()); // 1 - u is never 0
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma * stream.gaussian());
    case 'pareto':
      return distribution.scale * (1 - stream.uniform()) ** (-1 / distribution.shape);
    case 'trace':
      return distribution.values[stream.integer(distribution.values.length)];
  }
}

/**
 * The mean duration, in seconds, by the closed form:
 *
 *   constant value · exponential mean · lognormal median e^(sigma² / 2) · pareto scale shape / (shape - 1) · trace the mean of its numbers
 */
export function meanDuration(distribution: Distribution): number {
  switch (distribution.name) {
    case 'constant':
      return distribution.value;
    case 'exponential':
      return distribution.mean;
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma ** 2 / 2);
    case 'pareto':
      return (distribution.scale * distribution.shape) / (distribution.shape - 1);
    case 'trace':
      return distribution.values.reduce((sum, value) => sum + value, 0) / distribution.values.length;
  }
}
