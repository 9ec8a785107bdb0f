import { wrongValue } from '../../check.js';
import type { TransitionModel } from '../../environment/model.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId, listEnvironments, makeEnvironment } from '../../environment/registry.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, kind, number, oneOf, POSITIVE, type Kind } from '../../options/kind.js';
import { option, vary, type AnyRow, type At, type ConditionalRow, type OptionalRow, type OptionsOf, type SettingsOf } from '../../options/row.js';
import { createTable } from '../../options/table.js';
import { numberOrText } from '../../options/text.js';
import { MOST_EQUATIONS } from './linear-system.js';
import { isLearner, isMonteCarlo, METHOD_NAMES, METHODS, type MethodName } from './methods.js';
import type { StepSize } from './value-table.js';

const POLICY_NAMES = ['epsilon-greedy', 'boltzmann'] as const;

/** `hogwild`: no thread waits. `synchronous`: all actors wait for one another after each round. */
const TABLE_SCHEDULES = ['hogwild', 'synchronous'] as const;

/** Discounts of the shipped tasks whose episodes do not end under every policy that is worth a look; all others, a user's own too, have 0.99. */
const UNDISCOUNTED = ['CliffWalking-v1', 'CliffWalkingSlippery-v1', 'Taxi-v4', 'RandomWalk-v0'];

const TABLE_TASKS = listEnvironments().filter((id) => makeEnvironment(id).model !== undefined);

/** A longer episode does not fit into a round of the synchronous schedule. */
const LONGEST_ROUND = 1_000_000;

const STEP_SIZE_WORDS = 'a number > 0 and <= 1, or "1/n"';

const stepSizeKind: Kind<StepSize> = kind<StepSize>({
  check(path, value) {
    if (value === '1/n') return value;
    if (typeof value !== 'number' || !(value > 0 && value <= 1)) throw wrongValue(path, STEP_SIZE_WORDS, value);
    return value;
  },
  parse: numberOrText,
  argument: 'number',
  schema: { anyOf: [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }, { const: '1/n' }] },
});

/** An option that exists for some methods, or beside some other option, only. */
function only<R extends AnyRow>(row: R, holds: (at: At) => boolean, constraint: string, got: (at: At) => string): R & OptionalRow & ConditionalRow {
  return { ...row, optional: true, when: { holds, otherwise: (at) => [constraint, got(at)] } };
}

const METHOD = option('method', oneOf(METHOD_NAMES), {
  default: 'q-learning', flag: '--method', help: `method: ${METHOD_NAMES.join(', ')}`, group: 'Run', everyday: true,
});
const POLICY = option('policy', oneOf(POLICY_NAMES), {
  default: 'epsilon-greedy', flag: '--policy', help: `the policy that explores, or is evaluated, about action values: ${POLICY_NAMES.join(', ')}`, group: 'Policy',
});
const SCHEDULE = option('schedule', oneOf(TABLE_SCHEDULES), {
  default: 'hogwild', flag: '--schedule', shown: 'hogwild', help: 'hogwild: threads share one table without locks; synchronous: actors learn in rounds, the same on any number of threads', group: 'Threads', everyday: true,
});
const ACTORS = option('actors', integer({ min: 1, max: 256 }), { default: 2, flag: '--actors', shown: '2', help: 'agents with one environment each and a shared table', group: 'Threads' });

const forLearners = <R extends AnyRow>(row: R) => only(row, (at) => isLearner(at(METHOD)), 'no value for a method that learns no table from samples', (at) => at(METHOD));

const isSampled = (method: MethodName) => METHODS[method].kind !== 'model';

const TABULAR_ROWS = [
  vary(ENVIRONMENT, { default: 'FrozenLake-v1', help: `the task, which must have a table of transitions: ${TABLE_TASKS.join(', ')}; or the path of your own module, such as ./my-table.js` }),
  METHOD,
  only(vary(STEPS, { default: 1_000_000, shown: '1000000', help: 'environment steps of all actors together' }), (at) => isSampled(at(METHOD)), 'no value for a method that takes no samples', (at) => at(METHOD)),
  option('discount', number({ min: 0, max: 1 }), {
    default: (at) => (UNDISCOUNTED.includes(environmentId(at(ENVIRONMENT))) ? 1 : 0.99), flag: '--discount', shown: '0.99; 1 for CliffWalking, Taxi and RandomWalk', help: 'discount factor γ', group: 'Run',
  }),
  POLICY,
  only(option('epsilon', number({ min: 0, max: 1 }), {
    default: (at) => METHODS[at(METHOD)].epsilon, flag: '--epsilon', shown: '0.1 for learners, 1 for evaluation, 0 for planning', help: 'probability of a uniform action under epsilon-greedy; methods that read the model then find the best such policy', group: 'Policy', everyday: true,
  }), (at) => at(POLICY) === 'epsilon-greedy', 'no value under another policy than epsilon-greedy', (at) => at(POLICY)),
  only(option('temperature', number(POSITIVE), {
    default: 1, flag: '--temperature', shown: '1', help: 'temperature of boltzmann, in units of return', group: 'Policy',
  }), (at) => at(POLICY) === 'boltzmann', 'no value under another policy than boltzmann', (at) => at(POLICY)),
  forLearners(option('stepSize', stepSizeKind, {
    default: (at) => (isMonteCarlo(at(METHOD)) ? '1/n' : 0.1), flag: '--step-size', shown: '0.1; 1/n for Monte Carlo', help: 'step size: a number, or 1/n for the n-th update of an entry', group: 'Learning', everyday: true,
  })),
  forLearners(option('initialValue', number({ min: -1e12, max: 1e12 }), { default: 0, flag: '--initial-value', shown: '0', help: 'initial value of all entries of the table', group: 'Learning' })),
  only(option('tolerance', number(POSITIVE), {
    default: 1e-10, flag: '--tolerance', shown: '1e-10', help: 'of the values: twice how far they may be from their limit for a discount below 1, and else the change of the last sweep', group: 'Learning',
  }), (at) => iterates(at(METHOD)), 'no value for a method that does not repeat backups', (at) => at(METHOD)),
  only(option('sweeps', integer({ min: 1, max: 10_000 }), { default: 5, flag: '--sweeps', shown: '5', help: 'backups under a policy before it is improved, of modified-policy-iteration', group: 'Learning' }), (at) => at(METHOD) === 'modified-policy-iteration', 'no value for another method than modified-policy-iteration', (at) => at(METHOD)),
  forLearners(SCHEDULE),
  forLearners(ACTORS),
  forLearners(option('threads', integer({ min: 1, max: 64 }), { default: (at) => Math.min(2, at(ACTORS)), flag: '--threads', shown: '2, or 1 for one actor', help: 'threads that the actors run on', group: 'Threads', everyday: true })),
  only(option('rollout', integer({ min: 1, max: 100_000 }), { default: 64, flag: '--rollout', shown: '64', unit: 'environment steps', help: 'environment steps of an actor in a round of the synchronous schedule', group: 'Threads' }), (at) => isLearner(at(METHOD)) && at(SCHEDULE) === 'synchronous', 'no value under another schedule than synchronous', (at) => at(SCHEDULE)),
  vary(SEED, { help: 'seed of all random streams; hogwild runs also depend on thread timing' }),
] as const;

const iterates = (method: MethodName) => method === 'value-iteration' || method === 'modified-policy-iteration' || method === 'model-estimate';

/** Everything a run of a tabular method depends on, resolved: plain data. */
export type TabularSettings = SettingsOf<(typeof TABULAR_ROWS)[number]>;

/** What a user may set; whatever is left out takes the default. */
export type TabularOptions = OptionsOf<(typeof TABULAR_ROWS)[number]>;

export const TABULAR = createTable(TABULAR_ROWS);

/**
 * Checks a user's options, fills in defaults and returns the complete settings.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveTabularSettings(given: TabularOptions = {}): TabularSettings {
  return TABULAR.resolve(given, verify);
}

/** The table of a task. @throws RangeError naming `environment` where its transitions are not known */
export function modelOf(environment: string): TransitionModel {
  const { model } = makeEnvironment(environment);
  if (model === undefined) throw wrongValue('environment', `a task with a table of transitions (${TABLE_TASKS.join(', ')}, or a module of defineTable)`, environment);
  return model;
}

function verify({ environment, method, policy, schedule, actors = 1, threads = 1 }: TabularSettings): void {
  const { states, timeLimit } = modelOf(environment);
  if (threads > actors) throw wrongValue('threads', `a whole number <= ${actors}, the number of actors`, threads);
  const improves = method === 'policy-iteration' || method === 'modified-policy-iteration';
  if (improves && policy === 'boltzmann') throw wrongValue('policy', 'epsilon-greedy for a method that improves policies', policy);
  if ((method === 'policy-iteration' || method === 'linear-system') && states > MOST_EQUATIONS) throw wrongValue('method', `one without a system of more than ${MOST_EQUATIONS} equations, such as value-iteration`, method);
  if (isMonteCarlo(method) && schedule === 'synchronous' && timeLimit > LONGEST_ROUND) {
    throw wrongValue('schedule', `hogwild for Monte Carlo on episodes of more than ${LONGEST_ROUND} steps`, schedule);
  }
}
