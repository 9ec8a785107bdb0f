import { wrongValue } from '../check.js';
import { environmentName, SHIPPED } from '../environment/options.js';
import { checkEnvironment, isSelfContained, listEnvironments } from '../environment/registry.js';
import { HIDDEN, layerSizes, SAME_HIDDEN } from '../network/options.js';
import { STEPS } from '../options/common.js';
import { distinct, integer, kind, listOf, oneOf, orNull, refine, type Kind } from '../options/kind.js';
import { option, vary, type Naming } from '../options/row.js';
import { STALENESS_BOUND } from '../placement/partitioned/timing-options.js';
import { SCHEDULE_NAMES, type ScheduleName } from '../schedule/schedule.js';
import { resolveSettings } from '../simulation/options.js';

const group = 'Study';

/** Names with commas between them, each once. */
export function namesOf<Name extends string>(known: readonly Name[]): Kind<readonly Name[], readonly string[]> {
  return distinct(listOf(oneOf(known), `a list of ${known.join(', ')}`, { least: 1 }));
}

export const SEEDS = option('seeds', integer({ min: 1, max: 1000 }), { default: 5, flag: '--seeds', help: 'trials of each arm, from seeds 1, 2, …', group, everyday: true });

const ALL = 'all';
const nameOrAll = kind<string>({ ...environmentName, check: (path, id) => (id === ALL ? ALL : checkEnvironment(path, id)), schema: { anyOf: [{ const: ALL }, environmentName.schema] } });
const namesOrAll = listOf(nameOrAll, `a list of ${listEnvironments().join(', ')}, or ${ALL}`, { least: 1 });

/** Several tasks. */
export const ENVIRONMENTS = option('environments', distinct(refine(namesOrAll, (_, ids) => ids.flatMap((id) => (id === ALL ? listEnvironments().filter(isSelfContained) : [id])))), {
  default: ['Pendulum-v1'], flag: '--environments', help: `comma-separated tasks, or all, which leaves out MuJoCo's: ${SHIPPED}`, group: 'Run', everyday: true,
});

/** Schedules to compare. */
export function schedulesOption(initial: readonly ScheduleName[], words: Pick<Naming, 'help' | 'group'> & Partial<Naming>) {
  return option('schedules', namesOf(SCHEDULE_NAMES), { default: initial, flag: '--schedules', ...words, help: `${words.help}: ${SCHEDULE_NAMES.join(', ')}` });
}

/** The bound of the schedule `bounded`. */
export const SCHEDULES_BOUND = option('stalenessBound', STALENESS_BOUND.kind, { default: 4, flag: '--staleness-bound', argument: 'updates', formerly: ['--bound', 'bound'], help: STALENESS_BOUND.help, group });

/** Most episodes of the evaluations before the last, in a study that needs the last alone with precision. */
const CURVE_EPISODES = 10;

/** The plan of a study whose learning curves are coarse. */
export function coarseCurves({ evaluation: { every, final } }: { readonly evaluation: { readonly every: number; readonly final: number } }) {
  return { evaluation: { every, episodes: Math.min(CURVE_EPISODES, final), final } };
}

/** Points of a learning curve: environment steps between them. @param points of a whole trial */
export function evaluateEvery(points: number, shown: string) {
  return option('evaluation.every', integer({ min: 1 }), {
    default: (at) => Math.ceil(at(STEPS) / points), flag: '--evaluate-every', unit: 'environment steps', argument: 'steps', shown,
    help: 'environment steps between two evaluations', group,
  });
}

export const FINAL_EPISODES = option('evaluation.final', integer({ min: 1, max: 10_000 }), { default: 20, flag: '--episodes', help: 'episodes of the final evaluation', group: 'Run', everyday: true });

/** Environment steps of a trial: the study's own on its own task, otherwise those that the task ships with. */
export function shippedSteps(environment: string, own: { readonly environment: string; readonly steps: number }): number {
  return environment === own.environment ? own.steps : resolveSettings({ environment }).steps;
}

/** @param need what hidden neurons are for, in a study that cannot be without them */
const withNeurons = (need: string) => (path: string, sizes: readonly number[]): readonly number[] => {
  if (sizes.length === 0) throw wrongValue(path, `a hidden layer: ${need}`, sizes);
  return sizes;
};

/** Hidden layers, of which there is one at least: those given, or those that each algorithm ships with. */
export function sameHidden(need: string) {
  return vary(SAME_HIDDEN, { narrow: () => orNull(refine(layerSizes, withNeurons(need))) });
}

/** The same for a study with default hidden layers of its own. */
export function ownHidden(sizes: readonly number[], need: string) {
  return vary(HIDDEN, { default: sizes, narrow: () => refine(layerSizes, withNeurons(need)) });
}

/** Durations of the simulated world of studies. One unit of virtual time is the median of one partition's update. */
export const STUDY_WORLD = { compute: 'lognormal(1, 0.3)', act: 0.02, step: 0.02, learningMessageDelay: 0.1, actingMessageDelay: 0.1, wake: 0 } as const;
