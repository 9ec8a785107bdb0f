import { checkString, wrongKind, wrongValue } from '../check.js';
import { ACTIVATION_NAMES } from '../kernels/activation.js';
import { integer, kind, listOf, number, oneOf, only, onOff, orNull, refine, text, type Kind } from '../options/kind.js';
import { option, optional, required, vary, type At, type SettingsOf } from '../options/row.js';
import { keyOf } from '../options/resolve.js';
import { record } from '../options/table.js';
import { parseInhibition } from './inhibition.js';
import { DYNAMIC_NAMES } from './membrane.js';
import { ACTIVATION, HIDDEN, NETWORK, RECURRENT, TIME_CONSTANT } from './options.js';

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

/** What neurons of a hidden layer do with their weighted inputs: those of all layers, or of one. */
function neuronRows<const Prefix extends '' | 'network.'>(prefix: Prefix) {
  const dynamic = option(`${prefix}dynamic`, oneOf(DYNAMIC_NAMES), { default: 'discrete', flag: '--dynamic', help: `what hidden neurons keep from step to step: ${DYNAMIC_NAMES.join(', ')} (nothing, their voltage, a potential)`, group });
  return [
    dynamic,
    option(`${prefix}leak`, number({ min: 1, max: 1e6 }), {
      default: (at) => (at(dynamic) === 'discrete' ? 1 : 4), narrow: (at) => (at(dynamic) === 'discrete' ? only(1, 'only leaky and firing neurons have one') : undefined),
      flag: '--leak', unit: 'environment steps', argument: 'steps', shown: { network: { dynamic: 'firing' } },
      help: 'time constant of the slowest of leaky or firing neurons; they are spread from 1 to it', group,
    }),
    option(`${prefix}threshold`, number({ min: 0, above: true, max: 1e6 }), {
      default: 1, narrow: (at) => (at(dynamic) === 'firing' ? undefined : only(1, 'only firing neurons have one')), flag: '--threshold', argument: 'potential',
      help: 'above which a firing neuron fires', group,
    }),
    option(`${prefix}refractory`, integer({ min: 0, max: 1000 }), {
      default: 0, narrow: (at) => (at(dynamic) === 'firing' ? undefined : only(0, 'only firing neurons have one')), flag: '--refractory', unit: 'environment steps',
      argument: 'steps', help: 'for which a neuron that fired rests', group,
    }),
    option(`${prefix}inhibition`, inhibition, { default: 'none', flag: '--inhibition', help: 'within pools of hidden neurons: none, winners(k/n), the k greatest of n neurons, or divisive(s/n)', group }),
  ] as const;
}

const LAYER = [
  required('name', text, { help: 'what blocks and edges call it', group }),
  required('size', integer({ min: 1, max: 65_536 }), { help: 'its neurons', group }),
  option('activation', oneOf(ACTIVATION_NAMES), { default: 'tanh', help: 'as the network says unless given', group }),
  option('timeConstant', number({ min: 1, max: 1e6 }), { default: 1, help: 'of the slowest of its neurons that are read again, in environment steps', group }),
  ...neuronRows(''),
] as const;

const BLOCK = [
  required('from', text, { help: 'the layer that is read, or input', group }),
  required('to', text, { help: 'the layer that reads, or output', group }),
  optional('density', number({ min: 0, above: true, max: 1 }), { help: 'share of the possible connections that are there', group }),
  optional('self', onOff, { help: 'whether neurons read themselves, within one layer', group }),
  optional('first', integer({ min: 1 }), { help: 'how many of the neurons of from are read, the first; all unless given', group }),
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
const [DYNAMIC, , , , INHIBITION] = NEURONS;

const LAYERS = option('network.layers', layerList(LAYER), {
  default: null, narrow: (at) => layerList(layersLike(at)), flag: '--graph', argument: 'file', file: ['layers', 'blocks', 'edges'],
  help: 'JSON file with the layers, blocks and edges of any directed graph, in place of --hidden', group,
});

/** The rows of a layer in a network: what it does not say of its neurons is as the network says it. */
function layersLike(at: At): typeof LAYER {
  const [name, size, activation, timeConstant, dynamic, leak, threshold, refractory, inhibited] = LAYER;
  const like = <R extends (typeof LAYER)[number]>(row: R, whole: (typeof NEURONS)[number]): R => ({
    ...row,
    fallback: (inner: At) => (inner(dynamic) === at(DYNAMIC) ? at<unknown>(whole) : row.fallback(inner)),
  });
  return [
    name,
    size,
    vary(activation, { default: () => at(ACTIVATION) }),
    timeConstant,
    vary(dynamic, { default: () => at(DYNAMIC) }),
    like(leak, NEURONS[1]),
    like(threshold, NEURONS[2]),
    like(refractory, NEURONS[3]),
    vary(inhibited, { default: () => at(INHIBITION) }),
  ];
}

const isGraph = (at: At) => at(LAYERS) !== null;

const beside = (only: number) => refine(number(), (path, value) => {
  if (value !== only) throw wrongValue(path, `${only} beside network.layers, whose blocks say what is read again`, value);
  return value;
});

/** Only a graph has blocks and edges. */
function ofGraphs<Entry>(entry: Kind<Entry>): { readonly list: Kind<readonly Entry[]>; readonly narrow: (at: At) => Kind<readonly Entry[]> } {
  const list = listOf(entry, 'a list', { numbered: true });
  const none = refine(list, (path, values) => {
    if (values.length > 0) throw wrongValue(path, 'nothing where network.layers are not given', values);
    return values;
  });
  return { list, narrow: (at) => (isGraph(at) ? list : none) };
}

const [blocks, edges] = [ofGraphs(record(BLOCK)), ofGraphs(edge)];

/** Sizes of a graph's layers, which need not be given. */
function sizesOf(layers: readonly LayerSettings[] | null): readonly number[] | undefined {
  return layers?.map(({ size }) => size);
}

/** A network of neuron-agents: layers that each read the one before, or any directed graph, which says itself what is read again, and how slowly it fades. */
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
  flag: '--recurrent', argument: 'share',
});

const NEURAL_TIME_CONSTANT = vary(TIME_CONSTANT, { narrow: (at) => (isGraph(at) ? beside(1) : TIME_CONSTANT.narrow?.(at)), unshipped: isGraph, flag: '--time-constant' });

const [, ...OTHERS] = NETWORK;

export const NEURAL = [
  NEURAL_HIDDEN,
  ...OTHERS.filter((row) => row !== RECURRENT && row !== TIME_CONSTANT),
  NEURAL_RECURRENT,
  NEURAL_TIME_CONSTANT,
  ...NEURONS,
  option('network.density', number({ min: 0, above: true, max: 1 }), {
    default: 1, narrow: (at) => (isGraph(at) ? only(1, 'each block of a graph has its own') : undefined), flag: '--density', argument: 'share',
    help: 'share of the connections between layers that are there, each drawn by itself', group,
  }),
  LAYERS,
  option('network.blocks', blocks.list, { default: [], narrow: blocks.narrow, help: 'connections of a graph, from all neurons of a layer to all of another', group }),
  option('network.edges', edges.list, { default: [], narrow: edges.narrow, help: 'single connections of a graph, from a neuron to one that reads it', group }),
] as const;

export type NeuralSettings = SettingsOf<(typeof NEURAL)[number]>['network'];

/** What only networks of neuron-agents have. */
export const NEURAL_KEYS: readonly string[] = NEURAL.filter(({ path }) => !NETWORK.some((row) => row.path === path)).map(({ path }) => keyOf(path));
