import { checkInteger, checkKeys, checkName, checkObject, wrongValue } from '../check.js';
import { firstUnusual } from '../options/neurons.js';
import { plainOptions } from '../plain.js';
import { resolveSettings, type SimulationOptions } from '../simulation/options.js';
import type { Settings } from '../supervisor/settings.js';
import { DEVICE_NAMES, type DeviceName } from './device.js';
import { DENSE_RULES, type DenseRule } from './numbers.js';

/** The sections that a batch of networks shares with a simulation, with the same defaults. */
const SHARED = ['environment', 'network', 'exploration', 'rule', 'learning', 'seed', 'steps'] as const;

/** Everything that the training of a batch of networks depends on, resolved: plain data. */
export interface DenseSettings extends Pick<Settings, (typeof SHARED)[number]> {
  readonly rule: Settings['rule'] & { readonly name: DenseRule };
  /** Networks, each with an environment and a replay of its own, from the seeds `seed`, `seed + 1`, … */
  readonly replicas: number;
  readonly device: DeviceName;
}

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export interface DenseOptions extends Pick<SimulationOptions, (typeof SHARED)[number]> {
  replicas?: number;
  device?: DeviceName;
}

/** Bytes that the replays of all replicas may take together. */
const MOST_REPLAY = 2 ** 33;

/**
 * Checks what a user gave, fills in defaults and returns the complete settings of a batch.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveDenseSettings(given: DenseOptions = {}): DenseSettings {
  const options = plainOptions(given);
  checkKeys('', options, [...SHARED, 'replicas', 'device']);
  const { replicas: givenReplicas = 32, device = 'auto', ...shared } = options;
  const { environment, network, exploration, rule, learning, seed, steps } = resolveSettings({ ...shared, network: { memory: [], ...checkObject('network', options.network ?? {}) } });
  if (network.recurrent > 0) throw wrongValue('network.recurrent', '0 in a batch of networks', network.recurrent);
  const unusual = firstUnusual(network);
  if (unusual !== undefined) throw wrongValue(unusual.path, 'what plain layers have, in a batch of networks', unusual.value);
  if (network.memory.length > 0) throw wrongValue('network.memory', 'none in a batch of networks', network.memory);
  const replicas = checkInteger('replicas', givenReplicas, { min: 1, max: 4096 });
  const name = checkName('rule.name', rule.name, DENSE_RULES);
  if (replicas * learning.replay * BYTES > MOST_REPLAY) {
    throw wrongValue('replicas', 'replays that take at most 8 GiB together', replicas, '; take fewer replicas, or a smaller learning.replay');
  }
  return { environment, network, exploration, rule: { ...rule, name }, learning, seed, steps, replicas, device: checkName('device', device, DEVICE_NAMES) };
}

/** About what a slot of a replay takes on the shipped tasks. */
const BYTES = 48;
