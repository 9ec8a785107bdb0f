import { integer, kind, number, oneOf, onOff, orNull, type Kind } from '../options/kind.js';
import { onlyWhen, option, type Naming, type SettingsOf } from '../options/row.js';
import { SCHEDULE } from '../schedule/options.js';
import { DISCIPLINE_NAMES } from '../schedule/schedule.js';
import { describeDistribution, parseDistribution, type Distribution } from './distribution.js';

const group = 'Virtual time';
const shown = { schedule: 'virtual' };
const share = { min: 0, max: 1 };

/** A duration in seconds of virtual time, or a distribution of durations. */
export const duration: Kind<Distribution, Distribution | string | number> = kind({
  check: parseDistribution,
  show: (value) => describeDistribution(parseDistribution('duration', value)),
  argument: 'time',
  schema: { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }, { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }] },
});

/** A duration of one of these, of so many seconds unless given. */
function time<const Key extends string>(key: Key, seconds: number, naming: Pick<Naming, 'flag' | 'help'>) {
  return option(`virtual.${key}`, duration, { ...naming, default: seconds, unit: 'seconds of virtual time', shown, group });
}

export const DISCIPLINE = option('virtual.discipline', oneOf(DISCIPLINE_NAMES), {
  default: 'hogwild', flag: '--discipline', shown, help: `who waits for whom in virtual time: ${DISCIPLINE_NAMES.join(', ')}`, group,
});

/** How long things take in virtual time. */
export const TIMES = [
  time('compute', 1e-3, {
    flag: '--compute-time',
    help: 'virtual seconds of one update of a partition: a number, or constant(s), exponential(mean), lognormal(median, sigma), pareto(scale, shape), trace(file.json)',
  }),
  time('act', 1e-4, { flag: '--act-time', help: 'the same of one acting tick of a partition' }),
  time('step', 1e-4, { flag: '--step-time', help: 'the same of one environment step' }),
  time('delay', 0, { flag: '--delay', help: 'the same of a message about learning, from one partition to another' }),
  time('latency', 0, { flag: '--latency', help: 'the same of a message about acting' }),
  time('wake', 0, { flag: '--wake-time', help: 'the same of waking a sleeping partition up' }),
] as const;

const [COMPUTE, ...OTHER_TIMES] = TIMES;

/** A world in which computing and sending take the time that they are said to take. */
export const VIRTUAL = onlyWhen([
  DISCIPLINE,
  COMPUTE,
  option('virtual.forward', orNull(number(share)), {
    default: null, shown: 'as much for each forward tick as for the step of the rows', help: 'share of an update\'s time that its forward ticks take, evenly', group,
  }),
  ...OTHER_TIMES,
  option('virtual.cores', orNull(integer({ min: 1, max: 1024 })), { default: null, flag: '--cores', shown: 'one for each partition', help: 'cores that partitions share in virtual time', group }),
  option('virtual.waits', onOff, { default: false, flag: '--wait-for-peers', shown, help: 'whether partitions wait a little for voltages in virtual time, as they do on threads with a core each', group }),
  option('virtual.loss', number({ ...share, below: true }), { default: 0, flag: '--loss', argument: 'share', shown, help: 'share of the messages about learning that are lost in virtual time', group }),
  option('virtual.stragglers', number(share), { default: 0, flag: '--stragglers', argument: 'share', shown, help: 'share of the partitions that are slow in virtual time', group }),
  option('virtual.slowdown', number({ min: 1, max: 1e6 }), { default: 1, flag: '--slowdown', argument: 'factor', shown, help: 'how many times slower these are', group }),
] as const, {
  holds: (at) => at(SCHEDULE) === 'virtual',
  otherwise: (at) => ['the schedule virtual', at(SCHEDULE)],
});

export type VirtualSettings = Required<SettingsOf<(typeof VIRTUAL)[number]>>['virtual'];
