import { creditNamed } from '../../credit/registry.js';
import type { CreditAssignment } from '../../credit/credit.js';
import { creditShapes, networkShape } from '../../credit/trained-network.js';
import { explorationBlocks } from '../../explore/voltage-noise.js';
import { checkBudget } from '../../memory/budget.js';
import { ELEMENT_BYTES } from '../../memory/layout.js';
import { parameterBlocks } from '../../memory/parameters.js';
import { layeredTopology, type Topology } from '../../network/topology.js';
import { createValueHead, type ValueHead } from '../../objective/value-head.js';
import type { ReplayLayout } from './agent.js';
import { planReplay } from './replay-layout.js';
import type { PolicySettings } from './policy-settings.js';

/** Names of the blocks with weights. */
export const ACTOR = 'actor';
export const CRITIC = 'critic';

/** What a run is made of, derived from its settings alone. */
export interface PolicyLayout extends ReplayLayout {
  /** Of the critic, whose only action is the one that it reads. */
  readonly head: ValueHead;
  readonly actorTopology: Topology;
  readonly criticTopology: Topology;
  readonly credit: CreditAssignment;
}

/** @throws RangeError naming an option that does not fit the task or the network */
export function createPolicyLayout(settings: PolicySettings): PolicyLayout {
  const { network, categorical } = settings;
  const { observations, type, encoder, decoder, replayOf } = planReplay(settings);
  const { outputs } = decoder;
  const head = createValueHead({ actions: 1, categorical, dueling: false });
  checkBudget(demandsOf(settings, observations, outputs, head.neurons, ELEMENT_BYTES[type]));
  const credit = creditNamed(settings.credit);
  const actorTopology = layeredTopology({ ...network, readOut: credit.outputs, observations, outputs, outputActivation: 'tanh' });
  const criticTopology = layeredTopology({ ...network, readOut: credit.outputs, observations: observations + outputs, outputs: head.neurons, outputActivation: 'linear', prefix: 'critic.' });
  const networks = [[ACTOR, actorTopology], [CRITIC, criticTopology]] as const;
  const parameters = parameterBlocks(networks.flatMap(([name, topology]) => [networkShape(name, topology), ...Object.values(creditShapes(name, topology, credit))]));
  const { segments, ring, blocks } = replayOf(outputs, parameters);
  return { observations, encoder, decoder, head, actorTopology, criticTopology, credit, segments, ring, blocks: [...blocks, ...explorationBlocks(actorTopology)] };
}

/** The bytes of a run by what they grow with, at least: weights with moments and target copies, replay, and activations of a minibatch. */
function demandsOf({ network: { hidden }, learning: { replay, batch } }: PolicySettings, observations: number, outputs: number, atoms: number, bytes: number) {
  const weights = [outputs, atoms].reduce((sum, end) => sum + [...hidden, end].reduce((own, size, i) => own + size * (i === 0 ? observations : hidden[i - 1]), 0), 0);
  const neurons = 2 * hidden.reduce((sum, size) => sum + size, observations + outputs) + atoms;
  return [
    { option: 'network.hidden', value: hidden, what: 'weights', bytes: 4 * weights * 4 },
    { option: 'learning.replay', value: replay, what: 'replay', bytes: replay * (observations * bytes + 4 * outputs + 8) },
    { option: 'learning.batch', value: batch, what: 'minibatches', bytes: 4 * neurons * 6 * batch },
  ];
}
