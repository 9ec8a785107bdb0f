import { ACTIVATION_NAMES, checkKeys, checkObject, CLOCK_OWNERS, DISCIPLINE_NAMES, DYNAMIC_NAMES, KERNEL_NAMES, listEnvironments, NEURAL_KEYS, OPTIMISER_NAMES, RULE_NAMES, SCHEDULE_NAMES, wrongValue } from '../src/index.js';
import { readJsonObject } from './json-file.js';

/** How the text after a flag becomes a value. What does not parse is passed on as it is: the check names it better. */
export const number = (text: string): unknown => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));
export const numbers = (text: string): unknown => (text === '' || text === 'none' ? [] : text.split(',').map(number));
export const text = (value: string): unknown => value;
export const words = (value: string): unknown => value.split(',').map((word) => word.trim());

/** `0.1@10000`: the share that dies, and when. @throws RangeError where there is no @ */
export function kill(value: string): unknown {
  const parts = value.split('@');
  if (parts.length !== 2) throw wrongValue('death', '<share>@<step>, such as 0.1@10000, or <share>@evaluation', value);
  return { share: number(parts[0]), step: number(parts[1]) };
}

/** The graph that a file describes. @throws TypeError or RangeError where it cannot be read, or says something else */
export function readGraph(path: string): unknown {
  const graph = readJsonObject('graph', path);
  checkKeys('graph', graph, ['layers', 'blocks', 'edges']);
  if (graph.layers === undefined) throw wrongValue('graph', 'layers, and blocks or edges that join them', path);
  return graph;
}

const SWITCH = new Map([['on', true], ['true', true], ['off', false], ['false', false]]);
export const onOff = (text: string): unknown => SWITCH.get(text) ?? text;

/** A flag of the command line, and the setting it stands for. */
export interface Flag {
  readonly flag: string;
  readonly argument: string;
  /** Path in the settings; its default is printed in `--help`. */
  readonly path: string;
  /** Paths in the settings of the parts that its value has. */
  readonly parts?: readonly string[];
  /** What `--help` prints as its default, where that is not the setting itself. */
  readonly otherwise?: string;
  readonly parse: (text: string) => unknown;
  readonly help: string;
}

/** Every setting of a simulation that has a flag. The rest can be set in a file given with `--config`. */
export const SIMULATION_FLAGS: readonly Flag[] = [
  { flag: '--environment', argument: '<id>', path: 'environment', parse: text, help: `the task: ${listEnvironments().join(', ')}` },
  { flag: '--rule', argument: '<name>', path: 'rule.name', parse: text, help: `how neurons learn: ${RULE_NAMES.join(', ')}` },
  { flag: '--schedule', argument: '<name>', path: 'schedule', parse: text, help: `when partitions run: ${SCHEDULE_NAMES.join(', ')}` },
  { flag: '--partitions', argument: '<count>', path: 'partitions', parse: number, help: 'worker threads that the neurons are divided over' },
  { flag: '--environments', argument: '<count>', path: 'environments', parse: number, help: 'environments that the network acts in at once; all store into one replay and count their steps together' },
  { flag: '--steps', argument: '<count>', path: 'steps', parse: number, help: 'environment steps' },
  { flag: '--seed', argument: '<number>', path: 'seed', parse: number, help: 'decides every random draw' },
  { flag: '--hidden', argument: '<sizes>', path: 'network.hidden', parse: numbers, help: 'neurons in each hidden layer, for example 64,64; none for no hidden layer' },
  { flag: '--activation', argument: '<name>', path: 'network.activation', parse: text, help: `of hidden neurons: ${ACTIVATION_NAMES.join(', ')}` },
  { flag: '--output-activation', argument: '<name>', path: 'network.outputActivation', parse: text, help: 'of output neurons' },
  { flag: '--memory', argument: '<constants>', path: 'network.memory', otherwise: 'none', parse: numbers, help: 'time constants, in environment steps, of neurons that remember what was observed, for example 2,4,8; none for no memory' },
  { flag: '--recurrent', argument: '<share>', path: 'network.recurrent', parse: number, help: 'share of the hidden neurons that the first hidden layer reads again in the next environment step' },
  { flag: '--time-constant', argument: '<steps>', path: 'network.timeConstant', parse: number, help: 'of the slowest of these, leaky integrators whose time constants are spread from 1 to it' },
  { flag: '--density', argument: '<share>', path: 'network.density', parse: number, help: 'share of the connections between layers that are there, each drawn by itself' },
  { flag: '--dynamic', argument: '<name>', path: 'network.dynamic', parse: text, help: `what hidden neurons keep from step to step: ${DYNAMIC_NAMES.join(', ')} (nothing, their voltage, a potential)` },
  { flag: '--leak', argument: '<steps>', path: 'network.leak', otherwise: '4 for leaky and firing neurons', parse: number, help: 'time constant of the slowest of leaky or firing neurons; they are spread from 1 to it' },
  { flag: '--threshold', argument: '<potential>', path: 'network.threshold', parse: number, help: 'above which a firing neuron fires' },
  { flag: '--refractory', argument: '<steps>', path: 'network.refractory', parse: number, help: 'for which a neuron that fired rests' },
  { flag: '--inhibition', argument: '<kind>', path: 'network.inhibition', parse: text, help: 'within pools of hidden neurons: none, winners(k/n), the k greatest of n neurons, or divisive(s/n)' },
  { flag: '--graph', argument: '<file>', path: 'network', otherwise: 'none', parse: readGraph, help: 'JSON file with the layers, blocks and edges of any directed graph, in place of --hidden' },
  { flag: '--noise', argument: '<deviation>', path: 'exploration.output', parse: number, help: 'exploration of output neurons, in voltage' },
  { flag: '--hidden-noise', argument: '<deviation>', path: 'exploration.hidden', parse: number, help: 'exploration of hidden neurons, for rules that need it' },
  { flag: '--warmup-noise', argument: '<deviation>', path: 'exploration.warmup', parse: number, help: 'exploration of output neurons before learning starts' },
  { flag: '--noise-correlation', argument: '<share>', path: 'exploration.correlation', parse: number, help: 'share of a neuron\'s noise that lasts into the next step; 0: white noise' },
  { flag: '--final-noise', argument: '<share>', path: 'exploration.final', parse: number, help: 'share of the exploration left at the last step; it falls to it in a straight line' },
  { flag: '--critic-rate', argument: '<rate>', path: 'rule.criticRate', parse: number, help: 'learning rate of critics' },
  { flag: '--output-rate', argument: '<rate>', path: 'rule.outputRate', parse: number, help: 'learning rate of output neurons\' weights' },
  { flag: '--hidden-rate', argument: '<rate>', path: 'rule.hiddenRate', parse: number, help: 'learning rate of hidden neurons\' weights; 0 freezes them' },
  { flag: '--target-rate', argument: '<rate>', path: 'rule.targetRate', parse: number, help: 'share of the way a target copy follows in one update' },
  { flag: '--final-rate', argument: '<share>', path: 'rule.finalRate', parse: number, help: 'share of the learning rates left at the last step; they fall to it in a straight line' },
  { flag: '--trace-decay', argument: '<factor>', path: 'rule.traceDecay', parse: number, help: 'lambda of eligibility traces, for rules that keep them' },
  { flag: '--optimiser', argument: '<name>', path: 'rule.optimiser', parse: text, help: `each neuron's own step: ${OPTIMISER_NAMES.join(', ')}` },
  { flag: '--discount', argument: '<factor>', path: 'learning.discount', parse: number, help: 'weight of the next step\'s value' },
  { flag: '--reward-scale', argument: '<factor>', path: 'learning.rewardScale', parse: number, help: 'rewards are multiplied by it before they are learned from' },
  { flag: '--batch', argument: '<count>', path: 'learning.batch', parse: number, help: 'transitions in a minibatch' },
  { flag: '--replay', argument: '<count>', path: 'learning.replay', parse: number, help: 'transitions kept' },
  { flag: '--warmup', argument: '<steps>', path: 'learning.warmup', parse: number, help: 'environment steps before the first update' },
  { flag: '--updates-per-step', argument: '<count>', path: 'learning.updatesPerStep', parse: number, help: 'updates owed for each environment step' },
  { flag: '--bound', argument: '<versions>', path: 'timing.bound', parse: number, help: 'updates that a partition may be ahead of the slowest under bounded' },
  { flag: '--clocks', argument: '<owner>', path: 'timing.clocks', parse: text, help: `whose clocks strike under poisson: ${CLOCK_OWNERS.join(', ')}` },
  { flag: '--clock-rate', argument: '<rate>', path: 'timing.clockRate', parse: number, help: 'mean strikes per second of each clock under poisson' },
  { flag: '--acting', argument: '<name>', path: 'timing.acting', parse: text, help: 'hosted: the partition that hosts the environment answers for all neurons, by their weights as they stand; awaited: each partition answers for its own, and the environment waits for the outputs; free: neurons and environment run by clocks of their own, and an action is whatever the outputs say when the environment reads them, in evaluations too (such a run repeats itself, and goes on exactly from a checkpoint, under no schedule on threads; virtual repeats it)' },
  { flag: '--environment-period', argument: '<seconds>', path: 'timing.environmentPeriod', parse: number, help: 'between two strikes of the environment\'s clock, at which it reads an action, where acting is free; 0: as fast as its host can' },
  { flag: '--discipline', argument: '<name>', path: 'virtual.discipline', parse: text, help: `who waits for whom in virtual time: ${DISCIPLINE_NAMES.join(', ')}` },
  { flag: '--compute-time', argument: '<time>', path: 'virtual.compute', parse: text, help: 'virtual seconds of one update of a partition: a number, or constant(s), exponential(mean), lognormal(median, sigma), pareto(scale, shape), trace(file.json)' },
  { flag: '--act-time', argument: '<time>', path: 'virtual.act', parse: text, help: 'the same of one acting tick of a partition' },
  { flag: '--step-time', argument: '<time>', path: 'virtual.step', parse: text, help: 'the same of one environment step' },
  { flag: '--delay', argument: '<time>', path: 'virtual.delay', parse: text, help: 'the same of a message about learning, from one partition to another' },
  { flag: '--latency', argument: '<time>', path: 'virtual.latency', parse: text, help: 'the same of a message about acting' },
  { flag: '--wake-time', argument: '<time>', path: 'virtual.wake', parse: text, help: 'the same of waking a sleeping partition up' },
  { flag: '--cores', argument: '<count>', path: 'virtual.cores', parse: number, otherwise: 'one for each partition', help: 'cores that partitions share in virtual time' },
  { flag: '--wait-for-peers', argument: '<on|off>', path: 'virtual.waits', parse: onOff, help: 'whether partitions wait a little for voltages in virtual time, as they do on threads with a core each' },
  { flag: '--loss', argument: '<share>', path: 'virtual.loss', parse: number, help: 'share of the messages about learning that are lost in virtual time' },
  { flag: '--stragglers', argument: '<share>', path: 'virtual.stragglers', parse: number, help: 'share of the partitions that are slow in virtual time' },
  { flag: '--slowdown', argument: '<factor>', path: 'virtual.slowdown', parse: number, help: 'how many times slower these are' },
  { flag: '--kill', argument: '<share>@<step>', path: 'death', parts: ['death.share', 'death.step'], otherwise: 'nobody', parse: kill, help: 'share of the hidden neurons that falls silent at a step, or, with @evaluation, in a second evaluation at the end only' },
  { flag: '--rebirth', argument: '<step>', path: 'death.rebirth', otherwise: 'never', parse: number, help: 'environment step at which the dead are born again, blank' },
  { flag: '--ledger', argument: '<on|off>', path: 'timing.ledger', parse: onOff, help: 'measure how old everything is that partitions read of one another' },
  { flag: '--patience', argument: '<seconds>', path: 'timing.patience', parse: number, help: 'time without a sign of life after which a partition\'s worker is taken for dead and replaced; 0: never' },
  { flag: '--kernels', argument: '<name>', path: 'kernels', parse: text, help: `what does the arithmetic: ${KERNEL_NAMES.join(', ')}` },
  { flag: '--rate-limit', argument: '<updates>', path: 'rateLimit', parse: number, help: 'updates that learning may be ahead of or behind acting under hogwild, or off' },
];

/** What the opponent and batches, whose networks are plain layers, have no use for. */
const NEURAL = ['recurrent', 'timeConstant', ...NEURAL_KEYS].map((key) => `network.${key}`);
export const isNeural = (path: string) => path === 'network' || NEURAL.includes(path);

/** The settings that DDPG shares, told by the same flags, and its own. */
export const DDPG_FLAGS: readonly Flag[] = [
  ...SIMULATION_FLAGS.filter(({ path }) => /^(environment|steps|seed|kernels|network|exploration|learning)\b/.test(path) && !isNeural(path)),
  { flag: '--actor-rate', argument: '<rate>', path: 'learning.actorRate', parse: number, help: 'learning rate of the actor\'s weights' },
  { flag: '--threads', argument: '<count>', path: 'threads', parse: number, help: 'threads that share an update, 1 or 2, with the same result' },
  { flag: '--delay', argument: '<updates>', path: 'learning.delay', parse: number, help: 'gradients are computed from parameters this many updates old, as asynchronous workers compute them' },
  ...SIMULATION_FLAGS.filter(({ path }) => /^rule\.(criticRate|targetRate|finalRate|optimiser)$/.test(path)).map((flag) => ({ ...flag, path: flag.path.replace('rule', 'learning') })),
];

/** Sets `value` at a dotted path of at most two parts; an object is added to the section that is there. @throws TypeError where the section is there and no object */
export function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const [section, ...keys] = path.split('.');
  const key = keys.at(0);
  if (key === undefined) {
    target[section] = typeof value === 'object' && !Array.isArray(value) ? { ...checkObject(section, target[section] ?? {}), ...value } : value;
    return;
  }
  target[section] = { ...checkObject(section, target[section] ?? {}), [key]: value };
}

/** The value at a dotted path, as `--help` prints it. */
export function showAt(settings: object, path: string): string {
  let value: unknown = settings;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
  }
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}
