import { checkInteger, checkKeys, checkList, checkName, checkNumber, checkObject } from '../check.js';
import { InternalError } from '../errors.js';
import { listEnvironments } from '../environment/registry.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES } from '../rule/registry.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../schedule/schedule.js';
import { resolveSettings } from '../simulation/options.js';
import type { Distribution } from '../virtual/distribution.js';
import type { Options } from './algorithm.js';
import { planTrials, refuseRepeated, resolveStudySettings } from './settings.js';
import type { Trial } from './trial.js';

/** How long things take in the study's world. One unit of virtual time is the median of one partition's update. */
export const WORLD = { compute: 'lognormal(1, 0.3)', act: 0.02, step: 0.02, delay: 0.1, latency: 0.1, wake: 0 } as const;

const DURATIONS = ['compute', 'act', 'step', 'delay', 'latency', 'wake'] as const;
type Duration = (typeof DURATIONS)[number];

/** What a user may set of a study of stragglers. */
export interface StragglerStudyOptions {
  environment?: string;
  /** Names of rules. */
  algorithms?: readonly string[];
  disciplines?: readonly string[];
  /** How many times slower stragglers are than the others. */
  slowdowns?: readonly number[];
  /** Share of the partitions that are stragglers. */
  share?: number;
  partitions?: number;
  /** k of `bounded`. */
  bound?: number;
  rateLimit?: number | 'off';
  /** How many: 1, 2, …, seeds. */
  seeds?: number;
  steps?: number;
  network?: { hidden?: readonly number[] | null };
  virtual?: { readonly [Key in Duration]?: Distribution | string | number };
  evaluation?: { every?: number; final?: number };
  /** The measurement beside a busy process: `on` or `off`, how often, and for how many seconds each. */
  neighbour?: { run?: string; repeats?: number; seconds?: number; hidden?: readonly number[] };
}

/** Everything that decides the results of a study of stragglers, resolved: plain data, its config.json. */
export interface StragglerStudySettings {
  readonly environment: string;
  readonly algorithms: readonly string[];
  readonly disciplines: readonly DisciplineName[];
  readonly slowdowns: readonly number[];
  readonly share: number;
  readonly partitions: number;
  readonly bound: number;
  readonly rateLimit: number | 'off';
  readonly seeds: number;
  readonly steps: number;
  readonly network: { readonly hidden: readonly number[] | null };
  readonly virtual: Readonly<Record<Duration, Distribution>>;
  readonly evaluation: { readonly every: number; readonly final: number };
  readonly neighbour: { readonly run: 'on' | 'off'; readonly repeats: number; readonly seconds: number; readonly hidden: readonly number[] };
}

const SECTIONS = { network: ['hidden'], virtual: DURATIONS, evaluation: ['every', 'final'], neighbour: ['run', 'repeats', 'seconds', 'hidden'] } as const;

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveStragglerStudySettings(given: StragglerStudyOptions = {}): StragglerStudySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environment', 'algorithms', 'disciplines', 'slowdowns', 'share', 'partitions', 'bound', 'rateLimit', 'seeds', 'steps', ...Object.keys(SECTIONS)]);
  const section = (name: keyof typeof SECTIONS) => {
    const found = checkObject(name, options[name] ?? {});
    checkKeys(name, found, SECTIONS[name]);
    return found;
  };
  const [network, evaluation, neighbour] = [section('network'), section('evaluation'), section('neighbour')];
  const steps = checkInteger('steps', options.steps ?? 10_000, { min: 1, max: 100_000_000 });
  const hidden = network.hidden ?? null;
  const settings: StragglerStudySettings = {
    environment: checkName('environment', options.environment ?? 'Pendulum-v1', listEnvironments()),
    algorithms: checkNames('algorithms', options.algorithms ?? ['broadcast'], RULE_NAMES),
    disciplines: checkNames('disciplines', options.disciplines ?? ['synchronous', 'bounded', 'hogwild'], DISCIPLINE_NAMES),
    slowdowns: checkSlowdowns(options.slowdowns ?? [1, 2, 4, 8]),
    share: checkNumber('share', options.share ?? 0.25, { min: 0, max: 1, above: true }),
    ...readWorld(options, { ...WORLD, ...section('virtual') }),
    bound: checkInteger('bound', options.bound ?? 4, { min: 0, max: 2 ** 30 }),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps,
    network: { hidden: hidden === null ? null : checkHidden(hidden) },
    evaluation: {
      every: checkInteger('evaluation.every', evaluation.every ?? Math.ceil(steps / 10), { min: 1 }),
      final: checkInteger('evaluation.final', evaluation.final ?? 20, { min: 1, max: 10_000 }),
    },
    neighbour: {
      run: checkName('neighbour.run', neighbour.run ?? 'on', ['on', 'off']),
      repeats: checkInteger('neighbour.repeats', neighbour.repeats ?? 5, { min: 1, max: 1000 }),
      seconds: checkNumber('neighbour.seconds', neighbour.seconds ?? 2, { min: 0, max: 600, above: true }),
      hidden: checkHidden(neighbour.hidden ?? [256, 256]),
    },
  };
  planStragglerTrials({ ...settings, seeds: 1 });
  return settings;
}

/** What a simulation checks better. */
function readWorld(options: Record<string, unknown>, durations: Record<string, unknown>): Pick<StragglerStudySettings, 'partitions' | 'rateLimit' | 'virtual'> {
  const given: Options = { schedule: 'virtual', partitions: options.partitions ?? 4, rateLimit: options.rateLimit ?? 16, virtual: durations };
  const { partitions, rateLimit, virtual } = resolveSettings(given);
  if (virtual === undefined) throw new InternalError('a virtual schedule without settings');
  const { compute, act, step, delay, latency, wake } = virtual;
  return { partitions, rateLimit, virtual: { compute, act, step, delay, latency, wake } };
}

function checkNames<Name extends string>(option: string, value: unknown, known: readonly Name[]): Name[] {
  const names = checkList(option, value, `a list of ${known.join(', ')}`).map((name) => checkName(option, name, known));
  refuseRepeated(option, names);
  return names;
}

function checkSlowdowns(value: unknown): number[] {
  const slowdowns = checkList('slowdowns', value, 'a list of factors, for example [1, 4]').map((factor) => checkNumber('slowdowns', factor, { min: 1, max: 1e6 }));
  refuseRepeated('slowdowns', slowdowns.map(String));
  return slowdowns;
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
