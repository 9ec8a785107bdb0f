import { checkInteger, checkKeys, checkNumber, checkName, isRecord, wrongValue } from '../check.js';
import { plainOptions } from '../plain.js';
import { acrobot } from './acrobot.js';
import { blaming } from './blame.js';
import { lunarLander, lunarLanderContinuous } from './box2d/lunar-lander.js';
import { cartPole } from './cart-pole.js';
import { cliffWalking, cliffWalkingSlippery } from './cliff-walking.js';
import { defineEnvironment, isDefinedEnvironment, type EnvironmentDefinition } from './define.js';
import { delayedRecall } from './delayed-recall.js';
import type { Environment } from './environment.js';
import { frozenLake, frozenLake8x8 } from './frozen-lake.js';
import { canonicalName, createModules } from '../modules.js';
import { asterix } from './minatar/asterix.js';
import { breakout } from './minatar/breakout.js';
import { freeway } from './minatar/freeway.js';
import { minAtar } from './minatar/game.js';
import { seaquest } from './minatar/seaquest.js';
import { spaceInvaders } from './minatar/space-invaders.js';
import { mountainCar } from './mountain-car.js';
import { mountainCarContinuous } from './mountain-car-continuous.js';
import { mujocoTasks } from './mujoco/tasks.js';
import { pendulum } from './pendulum.js';
import { randomWalk } from './random-walk.js';
import { tMaze } from './t-maze.js';
import { defineTable, type TableDefinition } from './table.js';
import { taxi } from './taxi.js';
import { checkSeed, createEnvironment, type Task, type TaskFamily } from './task.js';
import { cartPoleNoVel, mountainCarContinuousNoVel, pendulumNoVel } from './velocity-free.js';

/** Every shipped task: a further one is one file and one line here. */
const TASKS = new Map<string, TaskFamily>(
  [
    ...[pendulum, cartPole, mountainCar, mountainCarContinuous, acrobot].map(alone),
    ...[cartPoleNoVel, pendulumNoVel, mountainCarContinuousNoVel].map(alone),
    tMaze,
    delayedRecall,
    frozenLake,
    frozenLake8x8,
    ...[cliffWalking, cliffWalkingSlippery, taxi].map(alone),
    randomWalk,
    ...mujocoTasks,
    lunarLander,
    lunarLanderContinuous,
    ...[asterix, breakout, freeway, seaquest, spaceInvaders].flatMap(minAtar),
  ].map((family) => [family.id, family]),
);

/** True where environments of this name can be made. */
const hasFamily = (name: string): boolean => TASKS.has(name);

/** Environments of the user's own: modules whose default export is what `defineEnvironment` gave, or takes. */
export const { register: registerEnvironment, load: loadEnvironment } = createModules({
  option: 'environment',
  example: 'Ball-v0',
  has: hasFamily,
  prepare: (name) => TASKS.get(name)?.load,
  add(name, exported) {
    if (!isRecord(exported)) throw wrongValue('environment', 'a module whose default export is an environment, as defineEnvironment or defineTable takes it', name);
    const defined = isDefinedEnvironment(exported) ? exported : 'transitions' in exported ? defineTable(exported as unknown as TableDefinition) : defineEnvironment(exported as unknown as EnvironmentDefinition); // checked there
    TASKS.set(name, defined.family);
  },
});

/** A task that comes in one size. */
function alone(task: Task): TaskFamily {
  return { id: task.id, options: {}, build: () => task };
}

/** Names of all environments that can be made: the shipped ones, then the user's own that have been loaded. */
export function listEnvironments(): string[] {
  return [...TASKS.keys()];
}

/** True if nothing has to be loaded for a name: for all but those with a simulator of their own. */
export const isSelfContained = (name: string): boolean => TASKS.get(name)?.load === undefined;

/** Options of an environment: its seed, and by name those of its task. */
export interface EnvironmentOptions {
  /** Of the environment's own random stream; whole number, 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number;
  /** Places from the start to the junction of TMaze-v0. */
  readonly length?: number;
  /** Steps between cue and question of DelayedRecall-v0. */
  readonly delay?: number;
  /** Choices of DelayedRecall-v0. */
  readonly arms?: number;
  /** 1 where the ice of FrozenLake-v1 and FrozenLake8x8-v1 is slippery, 0 where it is not. */
  readonly slippery?: number;
  /** States between the ends of RandomWalk-v0. */
  readonly states?: number;
  /** 1 where wind blows in LunarLander-v3 and LunarLanderContinuous-v3. */
  readonly wind?: number;
  /** Strength of that wind, 0 to 20. */
  readonly windPower?: number;
  /** Strength of its torque, 0 to 2. */
  readonly turbulence?: number;
  /** Gravity in those, m/s²; -12 to 0. */
  readonly gravity?: number;
  /** Probability that a game of MinAtar repeats the previous action. */
  readonly sticky?: number;
  /** 1 where a game of MinAtar gets harder with time, 0 where it does not. */
  readonly ramping?: number;
}

/** The parsed name of an environment in options and command lines. */
interface Named {
  /** Its id, or the absolute path of its module. */
  readonly name: string;
  readonly family: TaskFamily;
  /** Options given with the name, not yet checked. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** Parses `TMaze-v0` or `TMaze-v0(length=20)`; spaces are ignored. */
function parseName(option: string, text: unknown): Named {
  const [, id, list] = (typeof text === 'string' && /^([^(]*)\((.*)\)\s*$/s.exec(text)) || [undefined, text, ''];
  const name = typeof id === 'string' ? canonicalName(id.trim()) : id;
  const family = TASKS.get(typeof name === 'string' ? name : '');
  if (family === undefined) {
    checkName(option, name, listEnvironments()); // names the nearest known one
    throw wrongValue(option, 'a known environment', name);
  }
  const given = new Map<string, unknown>();
  for (const pair of list.trim() === '' ? [] : list.split(',')) {
    const [name, value = '', ...more] = pair.split('=').map((part) => part.trim());
    if (name === '' || value === '' || more.length > 0) throw wrongValue(option, `name=value for each option of ${family.id}`, text);
    if (given.has(name)) throw wrongValue(option, `each option of ${family.id} once`, text);
    given.set(name, Number.isNaN(Number(value)) ? value : Number(value));
  }
  return { name: String(name), family, given: Object.fromEntries(given) };
}

/** Every option of the task: as given, or its default. */
function checkOptions({ family, given }: Omit<Named, 'name'>): Record<string, number> {
  checkKeys('', given, Object.keys(family.options));
  const values: Record<string, number> = {};
  for (const [name, { fallback, range, real }] of Object.entries(family.options)) values[name] = (real ? checkNumber : checkInteger)(name, given[name] ?? fallback, range);
  return values;
}

/**
 * The name of an environment, with or without options, as it is written in settings: without spaces.
 *
 * @throws TypeError or RangeError naming `option`, or the option of the task
 */
export function checkEnvironment(option: string, name: unknown): string {
  const named = parseName(option, name);
  checkOptions(named);
  const given = Object.entries(named.given).map(([key, value]) => `${key}=${String(value)}`);
  return given.length === 0 ? named.name : `${named.name}(${given.join(',')})`;
}

/** The id in the name of an environment: `TMaze-v0` for `TMaze-v0(length=20)`. */
export function environmentId(name: string): string {
  return parseName('environment', name).name;
}

/**
 * Makes an environment. The same seed and options give the same episodes.
 *
 * @param name one of `listEnvironments()`, with options of its task in parentheses or without: `TMaze-v0(length=20)`
 * @param options win over those in the name
 * @throws RangeError naming `environment` for an unknown id, with the nearest known one; TypeError or RangeError naming the
 *   option with a wrong value; RangeError for an option that the task does not have
 */
export function makeEnvironment(name: string, options: EnvironmentOptions = {}): Environment {
  const { family, given } = parseName('environment', name);
  const { seed = 0, ...own } = plainOptions(options);
  checkKeys('', own, ['seed', ...Object.keys(family.options)]);
  const values = checkOptions({ family, given: { ...given, ...own } });
  const first = checkSeed(seed);
  return blaming(family.id, () => createEnvironment(family.build(values), first));
}
