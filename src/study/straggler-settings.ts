import { ENVIRONMENT } from '../environment/options.js';
import { layerSizes, SAME_HIDDEN } from '../network/options.js';
import { STEPS } from '../options/common.js';
import { distinct, integer, listOf, number, oneOf } from '../options/kind.js';
import { keyOf } from '../options/resolve.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES } from '../rule/registry.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../schedule/schedule.js';
import { PARTITIONS, RATE_LIMIT } from '../placement/partitioned/settings.js';
import { BOUND } from '../placement/partitioned/timing-options.js';
import { TIMES } from '../virtual/settings.js';
import { evaluateEvery, FINAL_EPISODES, namesOf, SEEDS } from './options.js';
import { planTrials, resolveStudySettings } from './settings.js';
import type { Trial } from './trial.js';

/** How long things take in the study's world. One unit of virtual time is the median of one partition's update. */
export const WORLD = { compute: 'lognormal(1, 0.3)', act: 0.02, step: 0.02, delay: 0.1, latency: 0.1, wake: 0 } as const;

const group = 'Study';

const slowdowns = distinct(listOf({ ...number({ min: 1, max: 1e6 }), argument: 'factor' }, 'a list of factors, for example [1, 4]', { least: 1 }));

/** The durations of virtual time, as they are in this world. */
const WORLD_TIMES = TIMES.map((row) => {
  const durations: Readonly<Record<string, string | number>> = WORLD;
  const own = durations[keyOf(row.path)];
  return vary(row, { default: own, shown: String(own) });
});

const STRAGGLER_ROWS = [
  ENVIRONMENT,
  option('algorithms', namesOf(RULE_NAMES), { default: ['broadcast'], flag: '--algorithms', help: `with commas between them: ${RULE_NAMES.join(', ')}`, group: 'Run', everyday: true }),
  option('disciplines', namesOf(DISCIPLINE_NAMES), {
    default: ['synchronous', 'bounded', 'hogwild'], flag: '--disciplines', help: `who waits for whom, with commas between them: ${DISCIPLINE_NAMES.join(', ')}`,
    group: 'Run', everyday: true,
  }),
  option('slowdowns', slowdowns, {
    default: [1, 2, 4, 8], flag: '--slowdowns', help: 'how many times slower stragglers are, with commas between them; 1 is what the others are compared with', group,
    everyday: true,
  }),
  option('share', number({ min: 0, max: 1, above: true }), { default: 0.25, flag: '--share', argument: 'share', help: 'share of the partitions that are stragglers', group }),
  vary(PARTITIONS, { default: 4, everyday: false }),
  RATE_LIMIT,
  ...WORLD_TIMES,
  option('bound', BOUND.kind, { default: 4, flag: '--bound', argument: 'versions', help: BOUND.help, group }),
  vary(SEEDS, { help: 'trials of each discipline and factor, from seeds 1, 2, …' }),
  vary(STEPS, { default: 10_000 }),
  SAME_HIDDEN,
  evaluateEvery(10, 'a tenth of the steps'),
  FINAL_EPISODES,
  option('neighbour.run', oneOf(['on', 'off']), { default: 'on', flag: '--noisy-neighbour', argument: 'on|off', help: 'whether it is measured, for real, what a busy process beside does', group }),
  option('neighbour.repeats', integer({ min: 1, max: 1000 }), { default: 5, flag: '--neighbour-repeats', help: 'how often that is measured', group }),
  option('neighbour.seconds', number({ min: 0, max: 600, above: true }), { default: 2, flag: '--neighbour-seconds', unit: 'seconds', help: 'for how long each time', group }),
  option('neighbour.hidden', layerSizes, { default: [256, 256], flag: '--neighbour-hidden', help: 'neurons in each hidden layer of that', group }),
] as const;

/** What a user may set of a study of stragglers. */
export type StragglerStudyOptions = OptionsOf<(typeof STRAGGLER_ROWS)[number]>;

/** Everything that decides the results of a study of stragglers, resolved: plain data, its config.json. */
export type StragglerStudySettings = SettingsOf<(typeof STRAGGLER_ROWS)[number]>;

export const STRAGGLER_STUDY = createTable(STRAGGLER_ROWS);

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveStragglerStudySettings(given: StragglerStudyOptions = {}): StragglerStudySettings {
  return STRAGGLER_STUDY.resolve(given, (settings) => { planStragglerTrials({ ...settings, seeds: 1 }); });
}

/** One line of the comparison: who waits for whom, and how slow the stragglers are. */
export interface StragglerContender {
  readonly algorithm: string;
  readonly discipline: DisciplineName;
  readonly slowdown: number;
  /** What its trials are called. */
  readonly label: string;
}

export function stragglerContenders({ algorithms, disciplines, slowdowns }: Pick<StragglerStudySettings, 'algorithms' | 'disciplines' | 'slowdowns'>): StragglerContender[] {
  return algorithms.flatMap((algorithm) => disciplines.flatMap((discipline) => slowdowns.map((slowdown) => ({
    algorithm,
    discipline,
    slowdown,
    label: `${algorithm}, ${discipline}, ${describeSlowdown(slowdown)}`,
  }))));
}

/** `4 × slower` */
export function describeSlowdown(slowdown: number): string {
  return slowdown === 1 ? 'no straggler' : `${slowdown} × slower`;
}

/** The trials of a study of stragglers, in virtual time. All contenders get the same seeds, steps, evaluations and durations. */
export function planStragglerTrials(settings: StragglerStudySettings): Trial[] {
  const { environment, share, partitions, bound, rateLimit, seeds, steps, network, virtual, evaluation: { every, final } } = settings;
  const algorithms = stragglerContenders(settings).map(({ algorithm, discipline, slowdown, label }) => ({
    label,
    algorithm,
    options: {
      schedule: 'virtual',
      partitions,
      rateLimit,
      ...(discipline === 'bounded' && { timing: { bound } }),
      virtual: { ...virtual, discipline, stragglers: share, slowdown },
    },
  }));
  return planTrials(resolveStudySettings({ environments: [environment], algorithms, seeds, steps, network, evaluation: { every, episodes: final, final } }));
}
