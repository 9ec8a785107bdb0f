import { wrongValue } from '../../check.js';
import { makeEnvironment } from '../../environment/registry.js';
import { controlBlocks } from '../../memory/control.js';
import { scratch, type BlockRequest } from '../../memory/layout.js';
import { parameterBlocks, type ParameterShape } from '../../memory/parameters.js';
import { workspaceBlock } from '../../memory/workspace.js';
import { createDecoder, type Decoder } from '../../network/decoder.js';
import type { Encoder } from '../../network/encoder.js';
import { explorationBlocks } from '../../explore/voltage-noise.js';
import { divideNeurons, type Ownership } from '../../network/ownership.js';
import type { RecurrentInputs } from '../../network/recurrent-inputs.js';
import { createInputEncoder, withObservationTraces } from '../../network/observation-traces.js';
import { isPlain } from '../../network/transfer.js';
import { compileStepGraph } from '../../network/step-graph.js';
import { rowLengths, type Topology } from '../../network/topology.js';
import { graphOf } from '../../network/neural.js';
import { cursorBlock } from '../../environment/cursor-records.js';
import type { EnvironmentGroup } from '../../environment/cursor.js';
import { replayBlocks, type RingShape } from '../../replay/ring.js';
import { ruleOfSettings } from '../../rule/registry.js';
import type { Rule } from '../../rule/rule.js';
import { episodeListBlock } from './episode-list.js';
import { exchangeBlocks, exchangeDepth, type ExchangeShape } from './activation-exchange.js';
import { stalenessBlocks } from './staleness.js';
import { actionTimingBlocks } from './action-timing.js';
import { rerunBlocks } from './rerun.js';
import { peerParameterBlocks, type PeerParameterShape } from './peer-parameters.js';
import type { Settings } from './settings.js';
import { phaseTimingBlocks } from '../../runtime/phase-timings.js';
import { activationVersionBlocks } from './activation-versions.js';

export const WEIGHTS = 'weights';

/** The partition whose thread also steps the environments. */
export const ENVIRONMENT_PARTITION = 0;

/** Name of the block of enabled neurons: 1, or 0 if a neuron is lesioned. */
export const ALIVE = 'alive';

/** Most environment steps of one training command: its episodes all fit the arena's list. */
export const MAX_STEPS_PER_COMMAND = 1000;

/**
 * Whether a run in virtual time comes to rest at a step: every `MAX_STEPS_PER_COMMAND`, at the last planned step, and where neurons are lesioned or reinitialised. It
 * does so whether or not it is observed: all updates that are due are made, and the partitions are built anew from the state that is left (virtual-state.ts).
 */
export function isRestPoint({ steps, lesion }: Pick<Settings, 'steps' | 'lesion'>, step: number): boolean {
  return step % MAX_STEPS_PER_COMMAND === 0 || step === steps || step === lesion.step || step === lesion.reinitialiseAt;
}

/** Most episodes of one evaluation command: their returns all fit the arena. */
export const MAX_EPISODES_PER_COMMAND = 1000;

/** The layout of a run, derived from its settings alone: every thread derives the same. */
export interface RunLayout {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly ownership: Ownership;
  readonly rule: Rule;
  /** The weights and the rule's other parameters. */
  readonly parameters: readonly ParameterShape[];
  /** Names of those of which each partition keeps the parts of all neurons, for itself: a replicated critic. */
  readonly replicated: readonly string[];
  readonly ring: RingShape;
  /** The environments that are submitted and stepped together: all of them with barriers, otherwise each by itself. */
  readonly groups: readonly EnvironmentGroup[];
  readonly exchange: ExchangeShape;
  readonly peerParameters: PeerParameterShape;
  /** The first neuron that explores; all after it do. */
  readonly firstStochastic: number;
  /** Numbers in an observation, with observation traces and recurrent inputs. */
  readonly observations: number;
  readonly context: RecurrentInputs;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly blocks: readonly BlockRequest[];
}

/** @throws RangeError naming `partitions` if there are more of them than neurons that learn, and `rule.name` if the rule cannot learn the task */
export function createRunLayout(settings: Settings): RunLayout {
  const { network, partitions, environments, learning } = settings;
  const environment = makeEnvironment(settings.environment);
  const { observationSpace, actionSpace } = environment;
  const remembering = withObservationTraces(environment, network);
  const decoder = createDecoder(actionSpace);
  const remembered = remembering.observationSpace.low.length;
  const { topology, context } = compileStepGraph(graphOf(network, remembered, decoder.outputs, settings.seed));
  const observations = remembered + context.size;
  const stateSize = remembering.getState().length;
  environment.close();
  const rule = ruleOfSettings(settings.rule);
  if (rule.actions === 'discrete' && actionSpace.kind !== 'discrete') throw wrongValue('rule.name', 'a rule that learns continuous actions', rule.name);
  const weights = weightShape(topology, rule);
  const replicated = settings.rule.critic === 'replicated' && partitions > 1 ? (rule.objective?.parameters(topology) ?? []).map(({ name }) => name) : [];
  const parameters = [weights, ...rule.parameters(topology).map((parameter) => (replicated.includes(parameter.name) ? { ...parameter, published: false } : parameter))];
  const replicas = parameters.filter(({ name }) => replicated.includes(name)).flatMap((shape) => Array.from({ length: partitions - 1 }, (_, i) => ({ ...shape, name: replicaName(shape.name, i + 1) })));
  const published = parameters.filter((parameter) => parameter.published);
  const firstStochastic = rule.hiddenIsStochastic ? topology.inputs.end : topology.outputs.begin;
  const ring = { capacity: learning.replay, inputs: topology.inputs.end, stochasticNeurons: topology.neurons - firstStochastic, environments };
  const groups = groupEnvironments(settings);
  const exchange = { partitions, neurons: topology.neurons, depth: exchangeDepth(topology.neurons, learning.batch), batchSize: learning.batch, ticks: topology.ticks.length, parameters: published, helping: mayHelp(settings, rule, topology) };
  const peerParameters = { partitions, weights, parameters: published, reads: settings.timing.reads };
  return {
    settings,
    topology,
    ownership: divideNeurons(topology, partitions),
    rule,
    parameters,
    replicated,
    ring,
    groups,
    exchange,
    peerParameters,
    firstStochastic,
    observations,
    context,
    encoder: createInputEncoder(observationSpace, network, observations),
    decoder,
    blocks: [
      ...controlBlocks(partitions, groups.length),
      workspaceBlock(partitions),
      { name: ALIVE, type: 'int32', shape: [topology.neurons], owner: 'the supervisor, while no partition runs' },
      ...actingBlocks(topology.neurons, settings),
      ...scratch(activationBlocks(topology.neurons, settings)),
      ...parameterBlocks([...parameters, ...replicas]),
      ...replayBlocks(ring),
      ...(settings.virtual ? [VIRTUAL_TIME] : scratch([...exchangeBlocks(exchange), ...peerParameterBlocks(peerParameters)])), // a repeated update begins its entries anew
      ...(peerParameters.reads === 'versioned' && !settings.virtual ? scratch(rerunBlocks(partitions)) : []),
      ...(settings.timing.inference === 'sampled' ? [...scratch(activationVersionBlocks(partitions, groups.length, topology.ticks.length)), ...actionTimingBlocks()] : []),
      ...(settings.timing.measureDurations ? scratch(phaseTimingBlocks(partitions)) : []),
      ...(settings.timing.measureStaleness ? stalenessBlocks(partitions) : []),
      episodeListBlock(MAX_STEPS_PER_COMMAND),
      { name: 'evaluation', type: 'float64', shape: [MAX_EPISODES_PER_COMMAND], owner: "the environment's host", scratch: true },
      cursorBlock(environments, { observations }, stateSize),
      ...explorationBlocks(topology, environments),
    ],
  };
}

/** The block of a partition's replica of a parameter. */
export const replicaName = (parameter: string, partition: number) => (partition === 0 ? parameter : `${parameter}/replica${partition}`);

/** The current virtual time, in seconds. */
const VIRTUAL_TIME: BlockRequest = { name: 'virtual/time', type: 'float64', shape: [1], owner: 'the crew' };

/**
 * Whether partitions publish for one another. Not in a recorded run, whose journal can only record that own voltages were computed; not with barriers, where
 * no partition is ahead; and not if own weighted inputs are needed: by online rules, membranes and inhibition.
 */
function mayHelp(settings: Settings, { data }: Rule, { populations }: Topology): boolean {
  const { partitions, timing: { reads }, virtual } = settings;
  return partitions > 1 && populations.every(isPlain) && settings.schedule !== 'synchronous' && data === 'replay' && reads === 'latest' && virtual === undefined;
}

function weightShape(topology: Topology, rule: Rule): ParameterShape {
  return { name: WEIGHTS, lengths: rowLengths(topology), target: rule.targetWeights, published: false, learned: true };
}

/** With barriers a run repeats itself only if all environments keep step. */
function groupEnvironments(settings: Settings): EnvironmentGroup[] {
  const { environments } = settings;
  if (settings.schedule === 'synchronous') return [{ begin: 0, end: environments }];
  return Array.from({ length: environments }, (_, environment) => ({ begin: environment, end: environment + 1 }));
}

/** The shared activations of inference. They count as state if a run repeats itself and an action may be read before its observation is answered. */
function actingBlocks(neurons: number, { environments, virtual, timing: { inference: acting } }: Settings): BlockRequest[] {
  const blocks: BlockRequest[] = [
    { name: 'voltage', type: 'float32', shape: [neurons, environments], owner: 'each partition its own neurons; inputs: the host' },
    { name: 'voltage/weighted', type: 'float32', shape: [neurons, environments], owner: 'each partition its own neurons' },
  ];
  return virtual !== undefined && acting === 'sampled' ? blocks : scratch(blocks);
}

/** Each partition's own activations for minibatches. */
function activationBlocks(neurons: number, { partitions, learning: { batch } }: Settings): BlockRequest[] {
  return [
    { name: 'activations', type: 'float32', shape: [partitions, neurons, 2 * batch], owner: 'each partition its own' },
    { name: 'activations/weighted', type: 'float32', shape: [partitions, neurons, 2 * batch], owner: 'each partition its own' },
  ];
}
