import { wrongValue } from '../../check.js';
import type { CreditAssignment } from '../../credit/credit.js';
import { creditNamed } from '../../credit/registry.js';
import { creditShapes, networkShape } from '../../credit/trained-network.js';
import { noiseShape } from '../../explore/noisy-weights.js';
import { checkBudget } from '../../memory/budget.js';
import { ELEMENT_BYTES } from '../../memory/layout.js';
import { parameterBlocks } from '../../memory/parameters.js';
import { layeredTopology, type Topology } from '../../network/topology.js';
import { createValueHead, type ValueHead } from '../../objective/value-head.js';
import type { ReplayLayout } from './agent.js';
import { planReplay } from './replay-layout.js';
import type { ValueSettings } from './settings.js';

/** Name of the block with the weights. */
export const NETWORK = 'network';

/** What a run is made of, derived from its settings alone. */
export interface ValueLayout extends ReplayLayout {
  readonly head: ValueHead;
  readonly topology: Topology;
  readonly credit: CreditAssignment;
}

/** @throws RangeError naming an option that does not fit the task or the network */
export function createLayout(settings: ValueSettings): ValueLayout {
  const { network, value, categorical, behaviour } = settings;
  const { observations, type, actionSpace, encoder, decoder, replayOf } = planReplay(settings);
  if (actionSpace.kind !== 'discrete') throw wrongValue('environment', 'a task with discrete actions', settings.environment, '; ddpg, d4pg, a3c and a2c also learn continuous actions');
  const head = createValueHead({ actions: actionSpace.count, categorical, dueling: value.dueling });
  checkBudget(demandsOf(settings, observations, head.neurons, ELEMENT_BYTES[type]));
  const credit = creditNamed(settings.credit);
  const topology = layeredTopology({ ...network, readOut: credit.outputs, observations, outputs: head.neurons, outputActivation: 'linear' });
  const parameters = parameterBlocks([networkShape(NETWORK, topology), ...Object.values(creditShapes(NETWORK, topology, credit)), ...(behaviour.noisy ? [noiseShape(topology)] : [])]);
  return { observations, encoder, decoder, head, topology, credit, ...replayOf(1, parameters) };
}

/** The bytes of a run by what they grow with, at least: weights with moments and target copies, replay, and activations of a minibatch. */
function demandsOf({ network: { hidden }, learning: { replay, batch } }: ValueSettings, observations: number, outputs: number, bytes: number) {
  const sizes = [...hidden, outputs];
  const weights = sizes.reduce((sum, size, i) => sum + size * (i === 0 ? observations : sizes[i - 1]), 0);
  const neurons = sizes.reduce((sum, size) => sum + size, observations);
  return [
    { option: 'network.hidden', value: hidden, what: 'weights', bytes: 4 * weights * 5 },
    { option: 'learning.replay', value: replay, what: 'replay', bytes: replay * (observations * bytes + 12) },
    { option: 'learning.batch', value: batch, what: 'minibatches', bytes: 4 * neurons * 6 * batch },
  ];
}
