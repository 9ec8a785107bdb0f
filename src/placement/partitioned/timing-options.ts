import { integer, NOT_NEGATIVE, number, oneOf, only, onOff, POSITIVE } from '../../options/kind.js';
import { option, type At } from '../../options/row.js';
import { ruleOf } from '../../rule/options.js';
import { SCHEDULE, TIME } from '../../schedule/options.js';
import { CLOCK_OWNERS, type ClockOwner, type ScheduleName } from '../../schedule/schedule.js';

/**
 * Where the forward pass of an observation is computed:
 *
 *   central      by the partition that steps the environments, from the weights of all partitions as they are in the arena
 *   distributed  by each partition for its own neurons, tick by tick; the environment waits for the outputs
 *   sampled      by each partition without synchronisation; the environment reads the outputs at each tick of its control clock
 */
const INFERENCE_NAMES = ['central', 'distributed', 'sampled'] as const;
export type InferenceName = (typeof INFERENCE_NAMES)[number];

/**
 * How a partition reads the rows of a peer whose voltages it lacks:
 *
 *   latest     from the arena, even during a write (Hogwild)
 *   versioned  the newest whole version, as it was after one of the peer's updates. Each partition copies its rows after each update
 *   aligned    of all neurons, its own included, the newest version that it has of all of them. It computes a minibatch from these, and steps the present
 *              rows. For measurements in virtual time: it loses more to delay than `latest` (docs/research.md)
 *
 * Recording and re-running need whole versions. In virtual time rows travel in messages, and `latest` and `versioned` are the same.
 */
const READS = ['latest', 'versioned', 'aligned'] as const;
export type ReadConsistency = (typeof READS)[number];

const group = 'Timing';

/** Seconds between two control ticks, and so the longest that stopping a run can take. */
const LONGEST_PERIOD = 60;
const LONGEST_VIRTUAL_PERIOD = 1e9;

const isVirtual = (at: At) => at(TIME) === 'virtual';

/** Options of one schedule have a single value under the others. */
const ofSchedule = (owner: ScheduleName) => (at: At) => (at(SCHEDULE) === owner ? undefined : only(0, `only the schedule ${owner} has it`));

/** Barriers leave no choice, nor do oracles, which read live weights. Only messages keep as many past versions as aligned reads need. */
function readsAt(at: At): readonly ReadConsistency[] {
  if (at(SCHEDULE) === 'synchronous' || ruleOf(at).locality === 'weights') return ['latest'];
  return isVirtual(at) ? READS : ['latest', 'versioned'];
}

const READ = option('timing.reads', oneOf<ReadConsistency>(READS), {
  default: 'latest', narrow: (at) => oneOf(readsAt(at)), flag: '--reads',
  help: 'how partitions read one another\'s rows: latest (as they are in memory), versioned (whole versions) or, in virtual time, aligned (one version of all neurons, a partition\'s own included)', group,
});

/** In virtual time and under versioned reads, partitions exchange messages only, so that no partition can compute all neurons. */
const inferenceAt = (at: At): readonly InferenceName[] => (isVirtual(at) || at(READ) !== 'latest' ? ['distributed', 'sampled'] : INFERENCE_NAMES);

const INFERENCE = option('timing.inference', oneOf<InferenceName>(INFERENCE_NAMES), {
  default: (at) => inferenceAt(at)[0],
  narrow: (at) => oneOf(inferenceAt(at)),
  flag: '--inference',
  formerly: ['--acting', 'timing.acting'],
  help:
    'central: the partition that steps the environments computes all neurons; distributed: each partition computes its own, and the environment waits for the outputs; '
    + 'sampled: the environment reads the outputs at each tick of its control clock, without waiting (on threads such a run does not repeat itself)',
  group,
});

export const STALENESS_BOUND = option('timing.stalenessBound', integer({ min: 0, max: 2 ** 30 }), {
  default: (at) => (at(SCHEDULE) === 'bounded' ? 4 : 0), narrow: ofSchedule('bounded'), flag: '--staleness-bound', argument: 'updates', shown: { schedule: 'bounded' },
  formerly: ['--bound', 'timing.bound'], help: 'updates that a partition may be ahead of the slowest under bounded', group,
});

/** When partitions run, what they read of one another, and what is measured. */
export const TIMING = [
  STALENESS_BOUND,
  option('timing.clockRate', number(NOT_NEGATIVE), {
    default: (at) => (at(SCHEDULE) === 'poisson' ? 2000 : 0), narrow: (at) => ofSchedule('poisson')(at) ?? number(POSITIVE), flag: '--clock-rate',
    unit: 'events per second', argument: 'rate', shown: { schedule: 'poisson' }, help: 'mean event rate of each clock under poisson, in 1/s', group,
  }),
  option('timing.clocks', oneOf<ClockOwner>(CLOCK_OWNERS), {
    default: 'partition', narrow: (at) => (at(SCHEDULE) === 'poisson' ? undefined : oneOf<ClockOwner>(['partition'])), flag: '--clocks', argument: 'owner',
    help: `one clock for each of these under poisson: ${CLOCK_OWNERS.join(', ')}`, group,
  }),
  READ,
  INFERENCE,
  option('timing.controlPeriod', number({ min: 0, max: LONGEST_VIRTUAL_PERIOD }), {
    default: (at) => (at(INFERENCE) === 'sampled' ? 1e-3 : 0),
    narrow: (at) => (at(INFERENCE) !== 'sampled' ? only(0, 'the environment waits for its action') : isVirtual(at) ? undefined : number({ min: 0, max: LONGEST_PERIOD })),
    flag: '--control-period', unit: 'seconds', shown: { timing: { inference: 'sampled' } }, formerly: ['--environment-period', 'timing.environmentPeriod'],
    help: 'control period of the environment under sampled inference; 0: no pause between steps', group,
  }),
  option('timing.measureDurations', onOff, { default: false, formerly: ['timing.measure'], help: 'measure the durations of updates, ticks, steps and wake-ups, for use in virtual time', group }),
  option('timing.measureStaleness', onOff, {
    default: true, flag: '--measure-staleness', formerly: ['--ledger', 'timing.ledger'], help: 'measure the age of what partitions read of one another', group,
  }),
  option('timing.workerTimeout', number(NOT_NEGATIVE), {
    default: 30, flag: '--worker-timeout', unit: 'seconds', formerly: ['--patience', 'timing.patience'],
    help: 'time without a heartbeat after which a worker thread is replaced; 0: never', group,
  }),
] as const;
