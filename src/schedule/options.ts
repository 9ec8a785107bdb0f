import { oneOf, type Kind } from '../options/kind.js';
import { option } from '../options/row.js';
import { SCHEDULE_NAMES, type ScheduleName } from './schedule.js';

export const TIME_NAMES = ['real', 'virtual'] as const;
export type TimeName = (typeof TIME_NAMES)[number];

export const TIME = option('time', oneOf<TimeName>(TIME_NAMES), {
  default: 'real', flag: '--time', argument: 'name', help: 'real: partitions run on threads; virtual: an event queue simulates durations and messages, and repeats bit for bit',
  group: 'Run',
});

/** A schedule; `virtual` is short for virtual time under the default schedule. */
const scheduleName: Kind<ScheduleName, ScheduleName | 'virtual'> = oneOf<ScheduleName>(SCHEDULE_NAMES);

export const SCHEDULE = option('schedule', scheduleName, {
  default: 'hogwild', flag: '--schedule', formerly: ['--discipline', 'virtual.discipline'], shortFor: { virtual: { time: 'virtual' } },
  help: 'when partitions may go on: hogwild (no waiting), synchronous (barriers), bounded (bounded staleness), poisson (random clocks)', group: 'Run', everyday: true,
});
