import { checkString, wrongKind, wrongValue } from '../check.js';
import { ACTIVATION_NAMES } from '../kernels/activation.js';
import { integer, kind, listOf, number, oneOf, only, onOff, orNull, refine, text, type Kind } from '../options/kind.js';
import { option, optional, required, vary, type At, type SettingsOf } from '../options/row.js';
import { keyOf } from '../options/resolve.js';
import { record } from '../options/table.js';
import { parseInhibition } from './inhibition.js';
import { NEURON_MODEL_NAMES } from './membrane.js';
import { ACTIVATION, HIDDEN, NETWORK, RECURRENT, RECURRENT_TIME_CONSTANT } from './options.js';

const group = 'Neurons and graphs';

/** `none`, or as `parseInhibition` reads it. */
const inhibition = kind<string>({
  check(path, value) {
    parseInhibition(path, value);
    return String(value);
  },
  argument: 'kind',
  schema: { type: 'string', pattern: '^(none|(winners|divisive)\\([0-9.]+/[0-9]+\\))$' },
});

/** The neuron model of all hidden layers, or of one. */
function neuronRows<const Prefix extends '' | 'network.'>(prefix: Prefix) {
  const model = option(`${prefix}neuronModel`, oneOf(NEURON_MODEL_NAMES), {
    default: 'static', flag: '--neuron-model', formerly: ['--dynamic', `${prefix}dynamic`],
    help: 'model of hidden neurons: static (no state), leaky (the voltage is a leaky integrator) or spiking (leaky integrate-and-fire)', group,
  });
  return [
    model,
    option(`${prefix}membraneTimeConstant`, number({ min: 1, max: 1e6 }), {
      default: (at) => (at(model) === 'static' ? 1 : 4), narrow: (at) => (at(model) === 'static' ? only(1, 'only leaky and spiking neurons have one') : undefined),
      flag: '--membrane-time-constant', unit: 'environment steps', argument: 'steps', shown: { network: { neuronModel: 'spiking' } },
      formerly: ['--leak', `${prefix}leak`],
      help: 'longest membrane time constant of leaky or spiking neurons; they are spaced from 1 to it', group,
    }),
    option(`${prefix}threshold`, number({ min: 0, above: true, max: 1e6 }), {
      default: 1, narrow: (at) => (at(model) === 'spiking' ? undefined : only(1, 'only spiking neurons have one')), flag: '--threshold', argument: 'potential',
      help: 'membrane potential above which a spiking neuron fires', group,
    }),
    option(`${prefix}refractory`, integer({ min: 0, max: 1000 }), {
      default: 0, narrow: (at) => (at(model) === 'spiking' ? undefined : only(0, 'only spiking neurons have one')), flag: '--refractory', unit: 'environment steps',
      argument: 'steps', help: 'refractory period after a spike', group,
    }),
    option(`${prefix}inhibition`, inhibition, { default: 'none', flag: '--inhibition', help: 'lateral inhibition in pools of n hidden neurons: none, winners(k/n) (k winners take all) or divisive(s/n)', group }),
  ] as const;
}

const LAYER = [
  required('name', text, { help: 'name, for blocks and edges', group }),
  required('size', integer({ min: 1, max: 65_536 }), { help: 'number of neurons', group }),
  option('activation', oneOf(ACTIVATION_NAMES), { default: 'tanh', help: 'activation function; that of the network unless given', group }),
  option('recurrentTimeConstant', number({ min: 1, max: 1e6 }), { default: 1, formerly: ['timeConstant'], help: 'longest time constant of the leaky integrators on its recurrent connections, in environment steps', group }),
  ...neuronRows(''),
] as const;

const BLOCK = [
  required('from', text, { help: 'source layer, or input', group }),
  required('to', text, { help: 'target layer, or output', group }),
  optional('density', number({ min: 0, above: true, max: 1 }), { help: 'probability of each connection', group }),
  optional('self', onOff, { help: 'whether neurons connect to themselves, within one layer', group }),
  optional('first', integer({ min: 1 }), { help: 'number of source neurons, from the first on; all unless given', group }),
] as const;

/** A hidden layer of a graph. */
export type LayerSettings = SettingsOf<(typeof LAYER)[number]>;

const layerList = (rows: typeof LAYER) => orNull(listOf(record(rows), 'a list of layers, for example [{"name": "pool", "size": 32}], or null', { least: 1, numbered: true }));

const edge = kind<readonly [string, string]>({
  check(path, given) {
    if (!Array.isArray(given) || given.length !== 2) throw wrongKind(path, 'two names of neurons, for example ["pool[0]", "output[0]"]', given);
    return [checkString(path, given[0]), checkString(path, given[1])];
  },
  argument: 'edge',
  schema: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 2, maxItems: 2 },
});

const NEURONS = neuronRows('network.');
const [MODEL, , , , INHIBITION] = NEURONS;

const LAYERS = option('network.layers', layerList(LAYER), {
  default: null, narrow: (at) => layerList(layersLike(at)), flag: '--graph', argument: 'file', file: ['layers', 'blocks', 'edges'],
  help: 'JSON file with the layers, blocks and edges of a directed graph, in place of --hidden', group,
});

/** The rows of a layer in a network, with the network's own neuron model as defaults. */
function layersLike(at: At): typeof LAYER {
  const [name, size, activation, recurrentTimeConstant, model, membraneTimeConstant, threshold, refractory, inhibited] = LAYER;
  const like = <R extends (typeof LAYER)[number]>(row: R, whole: (typeof NEURONS)[number]): R => ({
    ...row,
    fallback: (inner: At) => (inner(model) === at(MODEL) ? at<unknown>(whole) : row.fallback(inner)),
  });
  return [
    name,
    size,
    vary(activation, { default: () => at(ACTIVATION) }),
    recurrentTimeConstant,
    vary(model, { default: () => at(MODEL) }),
    like(membraneTimeConstant, NEURONS[1]),
    like(threshold, NEURONS[2]),
    like(refractory, NEURONS[3]),
    vary(inhibited, { default: () => at(INHIBITION) }),
  ];
}

const isGraph = (at: At) => at(LAYERS) !== null;

const beside = (only: number) => refine(number(), (path, value) => {
  if (value !== only) throw wrongValue(path, `${only} beside network.layers, whose blocks define recurrence`, value);
  return value;
});

/** Only a graph has blocks and edges. */
function ofGraphs<Entry>(entry: Kind<Entry>): { readonly list: Kind<readonly Entry[]>; readonly narrow: (at: At) => Kind<readonly Entry[]> } {
  const list = listOf(entry, 'a list', { numbered: true });
  const none = refine(list, (path, values) => {
    if (values.length > 0) throw wrongValue(path, 'nothing without network.layers', values);
    return values;
  });
  return { list, narrow: (at) => (isGraph(at) ? list : none) };
}

const [blocks, edges] = [ofGraphs(record(BLOCK)), ofGraphs(edge)];

/** Sizes of a graph's layers; undefined without a graph. */
function sizesOf(layers: readonly LayerSettings[] | null): readonly number[] | undefined {
  return layers?.map(({ size }) => size);
}

/** A network of neuron-agents: feed-forward layers, or a directed graph, whose blocks define recurrence and its time constants. */
export const NEURAL_HIDDEN = vary(HIDDEN, {
  default: (at) => sizesOf(at(LAYERS)) ?? [64],
  narrow: (at) => refine(HIDDEN.kind, (path, hidden) => {
    const sizes = sizesOf(at(LAYERS)) ?? hidden;
    if (JSON.stringify(hidden) !== JSON.stringify(sizes)) throw wrongValue(path, `nothing, or the sizes ${JSON.stringify(sizes)} of the graph's layers`, hidden);
    return hidden;
  }),
  unshipped: isGraph,
});

const NEURAL_RECURRENT = vary(RECURRENT, {
  narrow: (at) => (isGraph(at) ? beside(0) : at(NEURAL_HIDDEN).length === 0 ? only(0, 'the network is feed-forward') : undefined), unshipped: isGraph,
  flag: '--recurrent', argument: 'fraction',
});

const NEURAL_TIME_CONSTANT = vary(RECURRENT_TIME_CONSTANT, { narrow: (at) => (isGraph(at) ? beside(1) : RECURRENT_TIME_CONSTANT.narrow?.(at)), unshipped: isGraph, flag: '--recurrent-time-constant' });

const [, ...OTHERS] = NETWORK;

export const NEURAL = [
  NEURAL_HIDDEN,
  ...OTHERS.filter((row) => row !== RECURRENT && row !== RECURRENT_TIME_CONSTANT),
  NEURAL_RECURRENT,
  NEURAL_TIME_CONSTANT,
  ...NEURONS,
  option('network.density', number({ min: 0, above: true, max: 1 }), {
    default: 1, narrow: (at) => (isGraph(at) ? only(1, 'each block of a graph has its own') : undefined), flag: '--density', argument: 'fraction',
    help: 'probability of each connection between layers', group,
  }),
  LAYERS,
  option('network.blocks', blocks.list, { default: [], narrow: blocks.narrow, help: 'connections of a graph: from all neurons of one layer to all of another', group }),
  option('network.edges', edges.list, { default: [], narrow: edges.narrow, help: 'single connections of a graph: from one neuron to another', group }),
] as const;

export type NeuralSettings = SettingsOf<(typeof NEURAL)[number]>['network'];

/** Options of networks of neuron-agents only. */
export const NEURAL_KEYS: readonly string[] = NEURAL.filter(({ path }) => !NETWORK.some((row) => row.path === path)).map(({ path }) => keyOf(path));
