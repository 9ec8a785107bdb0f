import { isRecord } from '../../src/check.js';

/**
 * Values that are valid and big make long runs, not clear ends. They are steered to small ones; values outside of their ranges stay, and
 * so do networks that no arena can hold.
 */
interface Budget {
  /** Greatest number that a short run takes. */
  readonly most: number;
  /** Greatest number that the option takes. */
  readonly valid: number;
  readonly instead: number;
  /** Least number that a short run takes; above 0 and below it another stands in, too. */
  readonly least?: number;
}

const steps: Budget = { most: 300, valid: 1e8, instead: 60 };

/** By the paths of settings. */
const BUDGETS: Readonly<Record<string, Budget>> = {
  steps,
  'learning.batch': { most: 64, valid: 65_536, instead: 8 },
  'learning.replay': { most: 20_000, valid: 2 ** 27, instead: 300 },
  'learning.updatesPerStep': { most: 4, valid: 1000, instead: 1 },
  'learning.gradientDelay': { most: 300, valid: 1e6, instead: 3 },
  partitions: { most: 4, valid: 64, instead: 2 },
  threads: { most: 4, valid: 256, instead: 2 },
  environments: { most: 16, valid: 4096, instead: 2 },
  'timing.controlPeriod': { most: 0.01, valid: 1e9, instead: 0.001 },
  'timing.clockRate': { most: Infinity, valid: Infinity, instead: 2000, least: 500 },
  seeds: { most: 2, valid: 1e6, instead: 1 },
  parallel: { most: 2, valid: 256, instead: 1 },
  replicas: { most: 8, valid: 1e6, instead: 2 },
  'certificate.neurons': { most: 9, valid: 65_536, instead: 1 },
  'certificate.probeEvery': { most: Infinity, valid: Infinity, instead: 30, least: 10 },
  neurons: { most: 64, valid: 65_536, instead: 4 },
  timeStep: { most: Infinity, valid: Infinity, instead: 0.1, least: 0.02 },
  duration: { most: 20, valid: 1e9, instead: 1 },
  episodes: { most: 3, valid: 1e6, instead: 1 },
  'evaluation.episodes': { most: 3, valid: 1e6, instead: 1 },
  'evaluation.final': { most: 3, valid: 1e6, instead: 1 },
  'evaluation.every': { most: Infinity, valid: Infinity, instead: 60, least: 10 },
  'neighbour.seconds': { most: 0.2, valid: 1e9, instead: 0.05 },
  'neighbour.repeats': { most: 1, valid: 1e6, instead: 1 },
  'neighbour.hidden': { most: 8, valid: 65_536, instead: 4 },
  'certificate.utilitySeeds': { most: 1, valid: 1e6, instead: 1 },
  'certificate.utilitySteps': steps,
  'certificate.minibatches': { most: 4, valid: 1e6, instead: 2 },
};

/** Hidden neurons of a short run, and weights from which on no arena holds a network: 4 GiB of them. */
const MOST_NEURONS = 48;
const TOO_MANY_WEIGHTS = 2 ** 30;

/** The value for a short run, or the value itself. @param path of the setting */
export function tame(path: string, value: unknown): unknown {
  if (path === 'network.hidden' && Array.isArray(value)) return tameSizes(value);
  const budget = BUDGETS[path] as Budget | undefined;
  if (budget === undefined || typeof value !== 'number') return value;
  const tooLong = value > budget.most && value <= budget.valid;
  const tooShort = value > 0 && value < (budget.least ?? 0);
  return tooLong || tooShort ? budget.instead : value;
}

function tameSizes(sizes: readonly unknown[]): unknown {
  const known = sizes.every((size): size is number => typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= 65_536);
  if (!known) return sizes;
  const weights = sizes.reduce((sum, size, i) => sum + size * (i === 0 ? 3 : sizes[i - 1]), 0);
  const neurons = sizes.reduce((sum, size) => sum + size, 0);
  return neurons <= MOST_NEURONS || weights >= TOO_MANY_WEIGHTS ? sizes : [4];
}

/** Settings for a short run. */
export function tameAll(settings: unknown, path = ''): unknown {
  if (!isRecord(settings) || ![Object.prototype, null].includes(Object.getPrototypeOf(settings) as object | null)) return settings;
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => {
    const own = path === '' ? key : `${path}.${key}`;
    if (own === 'network.layers' && Array.isArray(value)) return [key, value.map(tameLayer)];
    const tamed = tame(own, value);
    return [key, isRecord(tamed) && path === '' ? tameAll(tamed, own) : tamed]; // settings are two levels deep
  }));
}

/** A layer of a graph: many neurons that read many others take their time. */
export function tameLayer(layer: unknown): unknown {
  if (!isRecord(layer) || typeof layer.size !== 'number' || layer.size <= MOST_NEURONS || layer.size > 65_536) return layer;
  return { ...layer, size: 5 };
}
