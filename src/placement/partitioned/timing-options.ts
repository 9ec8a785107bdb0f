import { integer, NOT_NEGATIVE, number, oneOf, only, onOff, POSITIVE } from '../../options/kind.js';
import { option, type At } from '../../options/row.js';
import { ruleOf } from '../../rule/options.js';
import { SCHEDULE } from '../../schedule/options.js';
import { CLOCK_OWNERS, type ClockOwner, type DisciplineName } from '../../schedule/schedule.js';
import { DISCIPLINE } from '../../virtual/settings.js';

/**
 * How an observation is answered:
 *
 *   hosted   the partition that hosts the environments computes all neurons, by everybody's weights as they stand, and waits for nobody
 *   awaited  every partition computes its own neurons, tick by tick, and the environment waits for the outputs
 *   free     neither neurons nor environment wait: an action is what the outputs say when the environment's clock strikes
 */
const ACTING_NAMES = ['hosted', 'awaited', 'free'] as const;
export type ActingName = (typeof ACTING_NAMES)[number];

/**
 * How a partition reads the rows of a peer whose voltages it does not have. `racy`: as they lie in the arena, while the peer
 * may be writing them (Hogwild). `versioned`: whole, as the peer left them after one of its updates, which is what a run needs
 * to be recorded and repeated; each partition puts a copy of its rows aside after each update.
 */
const READS = ['racy', 'versioned'] as const;
export type ReadConsistency = (typeof READS)[number];

const group = 'Timing';

/** Seconds between two strikes of the environment's clock: nobody who asks a run to stop waits longer. */
const LONGEST_PERIOD = 60;
const LONGEST_VIRTUAL_PERIOD = 1e9;

const isVirtual = (at: At) => at(SCHEDULE) === 'virtual';

/** Who waits for whom, in real time or in virtual time. */
function disciplineAt(at: At): DisciplineName {
  const schedule = at(SCHEDULE);
  return schedule === 'virtual' ? at(DISCIPLINE) : schedule;
}

/** What belongs to one schedule has only one value under the others. */
const ofSchedule = (owner: DisciplineName) => (at: At) => (disciplineAt(at) === owner ? undefined : only(0, `only the schedule ${owner} has it`));

const READ = option('timing.reads', oneOf<ReadConsistency>(READS), {
  default: 'racy', narrow: (at) => (disciplineAt(at) === 'synchronous' || ruleOf(at).locality === 'weights' ? oneOf<ReadConsistency>(['racy']) : undefined),
  help: 'how partitions read one another\'s rows: as they are at that moment, or in whole versions', group,
});

/** In virtual time, and where rows are read in versions, partitions hear of one another by messages alone: then nobody answers for all. */
const actingAt = (at: At): readonly ActingName[] => (isVirtual(at) || at(READ) !== 'racy' ? ['awaited', 'free'] : ACTING_NAMES);

const ACTING = option('timing.acting', oneOf<ActingName>(ACTING_NAMES), {
  default: (at) => actingAt(at)[0],
  narrow: (at) => oneOf(actingAt(at)),
  flag: '--acting',
  help:
    'hosted: the partition that hosts the environment answers for all neurons, by their weights as they stand; awaited: each partition answers for its own, and the environment '
    + 'waits for the outputs; free: neurons and environment run by clocks of their own, and an action is whatever the outputs say when the environment reads them, in evaluations '
    + 'too (such a run repeats itself, and goes on exactly from a checkpoint, under no schedule on threads; virtual repeats it)',
  group,
});

export const BOUND = option('timing.bound', integer({ min: 0, max: 2 ** 30 }), {
  default: (at) => (disciplineAt(at) === 'bounded' ? 4 : 0), narrow: ofSchedule('bounded'), flag: '--bound', argument: 'versions', shown: { schedule: 'bounded' },
  help: 'updates that a partition may be ahead of the slowest under bounded', group,
});

/** When partitions run, what they read of one another, and whether it is measured. */
export const TIMING = [
  BOUND,
  option('timing.clockRate', number(NOT_NEGATIVE), {
    default: (at) => (disciplineAt(at) === 'poisson' ? 2000 : 0), narrow: (at) => ofSchedule('poisson')(at) ?? number(POSITIVE), flag: '--clock-rate',
    unit: 'strikes per second', argument: 'rate', shown: { schedule: 'poisson' }, help: 'mean strikes per second of each clock under poisson', group,
  }),
  option('timing.clocks', oneOf<ClockOwner>(CLOCK_OWNERS), {
    default: 'partition', narrow: (at) => (disciplineAt(at) === 'poisson' ? undefined : oneOf<ClockOwner>(['partition'])), flag: '--clocks', argument: 'owner',
    help: `whose clocks strike under poisson: ${CLOCK_OWNERS.join(', ')}`, group,
  }),
  READ,
  ACTING,
  option('timing.environmentPeriod', number({ min: 0, max: LONGEST_VIRTUAL_PERIOD }), {
    default: (at) => (at(ACTING) === 'free' ? 1e-3 : 0),
    narrow: (at) => (at(ACTING) !== 'free' ? only(0, 'the environment waits for its action') : isVirtual(at) ? undefined : number({ min: 0, max: LONGEST_PERIOD })),
    flag: '--environment-period', unit: 'seconds', shown: { timing: { acting: 'free' } },
    help: 'between two strikes of the environment\'s clock, at which it reads an action, where acting is free; 0: as fast as its host can', group,
  }),
  option('timing.measure', onOff, { default: false, help: 'measure how long everything takes: what a virtual world may then be made of', group }),
  option('timing.ledger', onOff, { default: true, flag: '--ledger', help: 'measure how old everything is that partitions read of one another', group }),
  option('timing.patience', number(NOT_NEGATIVE), {
    default: 30, flag: '--patience', unit: 'seconds', help: 'time without a sign of life after which a partition\'s worker is taken for dead and replaced; 0: never',
    group,
  }),
] as const;
