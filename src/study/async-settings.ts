import { MOST_DELAY } from '../algorithm/ddpg/settings.js';
import { checkList, checkName } from '../check.js';
import { ENVIRONMENT } from '../environment/options.js';
import { STEPS } from '../options/common.js';
import { ascending, distinct, integer, kind, listOf, type Kind } from '../options/kind.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES, RULES } from '../rule/registry.js';
import { resolveSettings } from '../simulation/options.js';
import { PARTITIONS } from '../placement/partitioned/settings.js';
import { fitsTask, type Options } from './algorithm.js';
import { evaluateEvery, FINAL_EPISODES, namesOf, sameHidden, SEEDS, shippedSteps } from './options.js';
import { planTrials, refuseRepeated, resolveStudySettings } from './settings.js';
import { algorithmOf, trialOptions, type Trial } from './trial.js';

/** The opponent that backpropagates: it has no partitions, and another kind of delay. */
export const DDPG = 'ddpg';

/** Every rule whose neurons can hear of one another late, and DDPG. */
export const ASYNC_ALGORITHMS: readonly string[] = [...RULE_NAMES.filter((name) => RULES[name].locality !== 'weights'), DDPG];

const ALL = 'all';

/** Updates from which the time that barriers take is measured. */
export const MEASURED_UPDATES = 200;

/** On Pendulum this is enough to have learned most of it. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 15_000 } as const;

/** Episodes of the evaluations on the way, unless those at the end have fewer. */
const CURVE_EPISODES = 10;

const delays = ascending(distinct(listOf(integer({ min: 0, max: MOST_DELAY }), 'a list of delays in updates, for example [0, 1, 16]', { least: 1 })));

const algorithmNames = (environment: string): Kind<readonly string[]> => kind({
  ...namesOf([...ASYNC_ALGORITHMS, ALL]),
  check: (path, value) => checkNames(path, value, environment),
});

const HIDDEN = sameHidden('partitions share its neurons');

export const ASYNC_ROWS = [
  ENVIRONMENT,
  option('algorithms', algorithmNames(PENDULUM.environment), {
    default: ['broadcast', 'three-factor', DDPG], narrow: (at) => algorithmNames(at(ENVIRONMENT)), flag: '--algorithms',
    help: `with commas between them: ${ASYNC_ALGORITHMS.join(', ')}; or all, half of which take several times as long`, group: 'Run', everyday: true,
  }),
  option('delays', delays, { default: [0, 1, 4, 16, 64, 256], flag: '--delays', unit: 'updates', help: 'how late everything is heard, with commas between them', group: 'Study', everyday: true }),
  vary(SEEDS, { help: 'trials of each algorithm and delay, from seeds 1, 2, …; five take about 10 minutes on two idle cores where nothing else is set' }),
  vary(STEPS, { default: (at) => shippedSteps(at(ENVIRONMENT), PENDULUM) }),
  HIDDEN,
  vary(PARTITIONS, {
    default: 2, narrow: (at) => integer({ min: 2, max: fewestHidden(at(ENVIRONMENT), at(HIDDEN)) }),
    help: 'groups of neurons that hear of one another late, under the rules',
  }),
  evaluateEvery(20, 'a twentieth of the steps'),
  FINAL_EPISODES,
] as const;

/** What a user may set of a study of delays. */
export type AsyncStudyOptions = OptionsOf<(typeof ASYNC_ROWS)[number]>;

/** Everything that decides the results of a study of delays, resolved: plain data, its config.json. */
export type AsyncStudySettings = SettingsOf<(typeof ASYNC_ROWS)[number]>;

export const ASYNC_STUDY = createTable(ASYNC_ROWS);

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveAsyncStudySettings(given: AsyncStudyOptions = {}): AsyncStudySettings {
  return ASYNC_STUDY.resolve(given, (settings) => { planAsyncTrials({ ...settings, seeds: 1 }); });
}

/** One line of the comparison: an algorithm, and how late everything is heard; `delay` is null for the reference, which waits for all and hears at once. */
export interface AsyncContender {
  readonly algorithm: string;
  readonly delay: number | null;
  /** What its trials are called. */
  readonly label: string;
}

/** The reference and every delay, of every algorithm. */
export function asyncContenders({ algorithms, delays }: Pick<AsyncStudySettings, 'algorithms' | 'delays'>): AsyncContender[] {
  return algorithms.flatMap((algorithm) => [null, ...delays].map((delay) => ({ algorithm, delay, label: asyncLabel(algorithm, delay) })));
}

export function asyncLabel(algorithm: string, delay: number | null): string {
  return `${algorithm}, ${describeDelay(delay)}`;
}

/** `delay 16` */
export function describeDelay(delay: number | null): string {
  return delay === null ? 'barriers' : `delay ${delay}`;
}

/** What the trial is called that measures the time that barriers take at a delay. */
export function timingLabel(algorithm: string, delay: number): string {
  return `${algorithm}, time of barriers at delay ${delay}`;
}

/**
 * The trials of a study of delays: first short ones that measure the time that barriers take, then all contenders with the same seeds,
 * steps and evaluations.
 */
export function planAsyncTrials(settings: AsyncStudySettings): Trial[] {
  const { environment, seeds, steps, network, partitions, evaluation: { every, final } } = settings;
  const algorithms = asyncContenders(settings).map(({ algorithm, delay, label }) => ({
    label,
    algorithm,
    options: algorithm === DDPG ? { learning: { delay: delay ?? 0 } } : delayedRule(partitions, delay === null ? 'synchronous' : 'hogwild', delay ?? 0),
  }));
  const trials = planTrials(resolveStudySettings({ environments: [environment], algorithms, seeds, steps, network, evaluation: { every, episodes: Math.min(CURVE_EPISODES, final), final } }));
  return [...planTimings(settings, trials), ...trials];
}

/**
 * The unit of time is one update of one partition: everything that partitions say of learning is d updates under way. Acting and the
 * environment take no time, so that what is compared is learning.
 */
function delayedRule(partitions: number, discipline: 'synchronous' | 'hogwild', delay: number): Options {
  return { schedule: 'virtual', partitions, virtual: { discipline, compute: 1, act: 0, step: 0, latency: 0, delay } };
}

/** A delay changes when updates come under barriers, and nothing of what they are: some updates from one seed are enough. */
function planTimings({ algorithms, delays, partitions }: AsyncStudySettings, trials: readonly Trial[]): Trial[] {
  return algorithms.filter((algorithm) => algorithm !== DDPG).flatMap((algorithm) => delays.flatMap((delay) => {
    const reference = trials.find(({ label }) => label === asyncLabel(algorithm, null));
    if (reference === undefined) return [];
    const { learning } = algorithmOf(reference).resolve(trialOptions(reference));
    const warmup = Math.min(learning.warmup, learning.batch); // none where a rule learns from the stream
    const steps = warmup + MEASURED_UPDATES;
    return [{
      ...reference,
      label: timingLabel(algorithm, delay),
      steps,
      options: { ...reference.options, ...delayedRule(partitions, 'synchronous', delay), learning: { warmup } },
      evaluation: { every: steps, episodes: 1, final: 1 },
    }];
  }));
}

function checkNames(path: string, value: unknown, environment: string): string[] {
  const list = checkList(path, value, `a list of ${ASYNC_ALGORITHMS.join(', ')}, or ${ALL}`);
  const names = list.flatMap((name) => (name === ALL ? ASYNC_ALGORITHMS.filter((each) => fitsTask(each, environment)) : [checkName(path, name, ASYNC_ALGORITHMS)]));
  refuseRepeated(path, names);
  return names;
}

/** The fewest hidden neurons that a rule has: every partition gets one at least. */
function fewestHidden(environment: string, hidden: readonly number[] | null): number {
  const networks = hidden === null ? RULE_NAMES.map((rule) => resolveSettings({ environment, rule }).network.hidden) : [hidden];
  return networks.reduce((least, layers) => Math.min(least, layers.reduce((sum, size) => sum + size, 0)), 1024);
}
