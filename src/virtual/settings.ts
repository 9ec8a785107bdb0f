import { integer, kind, number, onOff, orNull, type Kind } from '../options/kind.js';
import { onlyWhen, option, type Naming, type SettingsOf } from '../options/row.js';
import { TIME } from '../schedule/options.js';
import { describeDistribution, parseDistribution, type Distribution } from './distribution.js';

const group = 'Virtual time';
const shown = { time: 'virtual' };
const fraction = { min: 0, max: 1 };

/** A duration in seconds of virtual time, or a distribution of durations. */
export const duration: Kind<Distribution, Distribution | string | number> = kind({
  check: parseDistribution,
  show: (value) => describeDistribution(parseDistribution('duration', value)),
  argument: 'time',
  schema: { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }, { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }] },
});

/** A duration of one of these, of so many seconds unless given. */
function time<const Key extends string>(key: Key, seconds: number, naming: Pick<Naming, 'flag' | 'help' | 'formerly'>) {
  return option(`virtual.${key}`, duration, { ...naming, default: seconds, unit: 'seconds of virtual time', shown, group });
}

/** Durations in virtual time. */
export const TIMES = [
  time('compute', 1e-3, {
    flag: '--compute-time',
    help: 'duration of one update of a partition in virtual seconds: a number, constant(s), exponential(mean), lognormal(median, sigma), pareto(scale, shape) or trace(file.json)',
  }),
  time('act', 1e-4, { flag: '--act-time', help: 'duration of one inference tick of a partition, likewise' }),
  time('step', 1e-4, { flag: '--step-time', help: 'duration of one environment step, likewise' }),
  time('learningMessageDelay', 0, { flag: '--learning-message-delay', formerly: ['--delay', 'virtual.delay'], help: 'delay of a message about learning, from one partition to another, likewise' }),
  time('actingMessageDelay', 0, { flag: '--acting-message-delay', formerly: ['--latency', 'virtual.latency'], help: 'delay of a message about inference, likewise' }),
  time('wake', 0, { flag: '--wake-time', help: 'duration of waking a sleeping partition, likewise' }),
] as const;

const [COMPUTE, ...OTHER_TIMES] = TIMES;

/** The simulated world: durations, messages, cores and stragglers. */
export const VIRTUAL = onlyWhen([
  COMPUTE,
  option('virtual.forward', orNull(number(fraction)), {
    default: null, shown: 'each forward tick takes as long as the step of the rows', help: 'fraction of an update\'s duration spent in its forward ticks, evenly', group,
  }),
  ...OTHER_TIMES,
  option('virtual.cores', orNull(integer({ min: 1, max: 1024 })), { default: null, flag: '--cores', shown: 'one for each partition', help: 'simulated cores that partitions share', group }),
  option('virtual.peerWait', onOff, { default: false, flag: '--peer-wait', shown, formerly: ['--wait-for-peers', 'virtual.waits'], help: 'whether partitions wait briefly for a peer\'s voltages in virtual time, as threads with a core each do', group }),
  option('virtual.messageLoss', number({ ...fraction, below: true }), { default: 0, flag: '--message-loss', argument: 'fraction', shown, formerly: ['--loss', 'virtual.loss'], help: 'fraction of the messages about learning that are lost', group }),
  option('virtual.stragglers', number(fraction), { default: 0, flag: '--stragglers', argument: 'fraction', shown, help: 'fraction of the partitions that are slow', group }),
  option('virtual.slowdown', number({ min: 1, max: 1e6 }), { default: 1, flag: '--slowdown', argument: 'factor', shown, help: 'factor by which they are slower', group }),
] as const, {
  holds: (at) => at(TIME) === 'virtual',
  otherwise: (at) => ['"time": "virtual"', at(TIME)],
});

export type VirtualSettings = Required<SettingsOf<(typeof VIRTUAL)[number]>>['virtual'];
