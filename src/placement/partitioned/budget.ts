import { checkBudget, type Demand } from '../../memory/budget.js';
import { blockBytes, type BlockRequest } from '../../memory/layout.js';
import { longestGroup } from '../../memory/parameters.js';
import { countConnections } from '../../network/size.js';
import { graphOf } from '../../network/neural.js';
import { ruleOfSettings } from '../../rule/registry.js';
import type { RunLayout } from './run-layout.js';
import type { Settings } from './settings.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** The option that each block grows with, by the beginning of its name; all others grow with the network. */
const GROWS_WITH: readonly { readonly names: readonly string[]; readonly what: string; readonly option: string; readonly value: (settings: Settings) => unknown }[] = [
  { names: ['replay/'], what: 'replay', option: 'learning.replay', value: ({ learning }) => learning.replay },
  { names: ['activations', 'exchange/voltages', 'exchange/slots'], what: 'minibatches', option: 'learning.batch', value: ({ learning }) => learning.batch },
  { names: ['voltage', 'cursors', 'group/', 'action-timing', 'noise'], what: 'environments', option: 'environments', value: ({ environments }) => environments },
  { names: ['control', 'staleness', 'workspace', 'activation-versions', 'versions', 'rerun', 'phase-timings', 'exchange/lock', 'exchange/stored', 'exchange/version', 'exchange/mark'], what: 'partitions', option: 'partitions', value: ({ partitions }) => partitions },
];

/**
 * Refuses a network that cannot fit, from its settings alone: the graph of a large network takes seconds and gigabytes to build.
 *
 * @throws RangeError naming the network's option
 */
export function checkNetworkBudget(settings: Settings): void {
  const { network } = settings;
  const rule = ruleOfSettings(settings.rule);
  const weights = countConnections(graphOf(network, 1, 1, settings.seed));
  checkBudget([{ ...networkDemand(settings), bytes: weights * FLOAT * (rule.targetWeights ? 4 : 3) }]); // values, two moments and perhaps a target copy
}

/** Refuses a run whose arena and known workspaces cannot fit. @throws RangeError naming the option of the largest demand */
export function checkLayoutBudget(plan: RunLayout): void {
  checkBudget(demandsOf(plan));
}

/** The bytes of a run by the option that they grow with. A pure function of the layout. */
export function demandsOf({ settings, blocks, parameters, ownership }: RunLayout): Demand[] {
  const bytesOf = (chosen: readonly BlockRequest[]) => chosen.reduce((sum, block) => sum + blockBytes(block), 0);
  const kindOf = ({ name }: BlockRequest) => GROWS_WITH.find(({ names }) => names.some((begin) => name.startsWith(begin)));
  const gradients = ownership.reduce((sum, ranges) => sum + FLOAT * longestGroup(parameters, ranges), 0); // the least that each partition allocates
  return [
    ...GROWS_WITH.map((kind) => ({ option: kind.option, value: kind.value(settings), what: kind.what, bytes: bytesOf(blocks.filter((block) => kindOf(block) === kind)) })),
    { ...networkDemand(settings), bytes: bytesOf(blocks.filter((block) => kindOf(block) === undefined)) + gradients },
  ];
}

function networkDemand({ network }: Settings): Omit<Demand, 'bytes'> {
  const what = 'weights and critics';
  return network.layers === null ? { option: 'network.hidden', value: network.hidden, what } : { option: 'network', value: { layers: network.layers }, what };
}
