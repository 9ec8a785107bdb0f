import test from 'ava';

import type { Locality } from '../../src/credit/credit.js';
import { CREDITS, OPEN_CREDITS } from '../../src/credit/registry.js';
import { createSoftmax } from '../../src/network/action-distribution.js';
import { readOutRange, readOutsOf } from '../../src/network/topology.js';
import { createActorCritic } from '../../src/objective/actor-critic.js';
import { createCategoricalQ } from '../../src/objective/categorical-q.js';
import { errorsOfHeads, onEachHead } from '../../src/objective/heads.js';
import { linearTd } from '../../src/objective/linear-td.js';
import { createNStepQ } from '../../src/objective/n-step-q.js';
import { createOneStepQ } from '../../src/objective/one-step-q.js';
import { createReplayedQ } from '../../src/objective/replayed-q.js';
import type { ReplayedObjective } from '../../src/objective/replayed.js';
import type { RolloutObjective } from '../../src/objective/rollout.js';
import { createSarsa } from '../../src/objective/sarsa.js';
import { tdError } from '../../src/objective/targets.js';
import { createValueHead, type ValueHead } from '../../src/objective/value-head.js';
import { createOptimiser } from '../../src/optimise/registry.js';
import { createCreditFixture, poisonBeyond, poisonParts, poisonPeers, SIZE, type CreditFixture, type ErrorSource, type Part } from '../../src/testing/credit-fixture.js';

type Network = Parameters<ErrorSource['evaluate']>[0];
type Room = Pick<Network['kernels'], 'numbers'>;

const ACTIONS = Array.from({ length: SIZE + 1 }, (_, lane) => lane % 2);

/** Voltages of the outputs, or of head after head: in the states, or in their successors; [read-outs, size] */
function outputVoltages({ kernels, topology, network: { activations: { voltages, lanes } } }: Network, from: number): Float32Array {
  const { begin, end } = readOutRange(topology);
  const numbers = kernels.numbers((end - begin) * SIZE);
  for (let neuron = begin; neuron < end; neuron += 1) numbers.set(voltages.subarray(neuron * lanes + from, neuron * lanes + from + SIZE), (neuron - begin) * SIZE);
  return numbers;
}

/** The error of an objective for rollouts, on one of as many steps as there are lanes. */
function ofRollout(outputs: number, create: (room: Room, outputs: number, size: number) => RolloutObjective): ErrorSource {
  return {
    outputs,
    evaluate(network) {
      const { kernels, topology, draw } = network;
      const objective = onEachHead(create(kernels, outputs, SIZE), readOutsOf(topology).length, kernels);
      objective.evaluate({
        size: SIZE, length: SIZE, outputs: outputVoltages(network, 0), successors: outputVoltages(network, SIZE), actions: Float32Array.from(ACTIONS), rewards: draw(SIZE), discounts: new Float32Array(SIZE).fill(0.9),
      });
      return objective.error;
    },
  };
}

/** The error of an objective on items of a replay. */
function ofReplay(head: ValueHead, objective: ReplayedObjective): ErrorSource {
  return {
    outputs: head.neurons,
    evaluate(network) {
      const { kernels, topology, draw } = network;
      const heads = readOutsOf(topology).length;
      const error = { outputs: kernels.numbers(heads * head.neurons * SIZE), signals: kernels.numbers(heads * SIZE) };
      const [states, successors] = [0, SIZE].map((from) => outputVoltages(network, from));
      const returns = Float64Array.from(draw(SIZE));
      errorsOfHeads(heads, error).forEach((own, index) => {
        const ofHead = (numbers: Float32Array) => ({ voltages: numbers.subarray(index * head.neurons * SIZE, (index + 1) * head.neurons * SIZE), lanes: SIZE });
        const actions = Int32Array.from(ACTIONS.slice(0, SIZE));
        objective.evaluate({ size: SIZE, outputs: ofHead(states), successors: ofHead(successors), actions, nextActions: actions, returns, discounts: new Float64Array(SIZE).fill(0.9), weights: new Float32Array(SIZE).fill(1) }, own);
      });
      return error;
    },
  };
}

/** The critic of DDPG: the TD error of each head is what its output follows, and what is broadcast. */
const ddpg: ErrorSource = {
  outputs: 1,
  evaluate(network) {
    const [values, successors] = [0, SIZE].map((from) => outputVoltages(network, from));
    const rewards = network.draw(SIZE);
    const [outputs, signals] = [0, 1].map(() => network.kernels.numbers(values.length)); // equal, but each can be poisoned alone
    values.forEach((value, i) => { outputs[i] = tdError(rewards[i % SIZE], 0.9, value, successors[i]); });
    signals.set(outputs);
    return { outputs, signals };
  },
};

const linear: ErrorSource = {
  outputs: 2,
  evaluate({ kernels, topology, network: { activations }, tables, draw }) {
    const objective = linearTd.create({ kernels, topology, peers: tables, rates: { criticRate: 0.1, targetRate: 0.5 }, optimiser: createOptimiser('sgd', kernels), batchSize: SIZE, longest: topology.neurons });
    objective.evaluate({ size: SIZE, activations, reward: draw(SIZE), discounts: kernels.numbers(SIZE).fill(0.9), sampled: draw(2 * SIZE), firstStochastic: topology.outputs.begin, episodeStart: false });
    return objective.error;
  },
};

const head = createValueHead({ actions: 2, dueling: false });
const atoms = createValueHead({ actions: 2, dueling: false, categorical: { atoms: 3, lowest: -1, highest: 1 } });

const OPEN = OPEN_CREDITS.map((name) => CREDITS[name]);

const OBJECTIVES = {
  'one-step Q': ofRollout(2, createOneStepQ),
  'n-step Q': ofRollout(2, createNStepQ),
  Sarsa: ofRollout(2, createSarsa),
  'actor-critic': ofRollout(3, (room, _, size) => createActorCritic(room, createSoftmax(2), size, { value: 0.5, entropy: 0.01 })),
  'replayed Q': ofReplay(head, createReplayedQ(head, SIZE, 1)),
  'categorical Q': ofReplay(atoms, createCategoricalQ(atoms, SIZE)),
  'DDPG\'s critic': ddpg,
};

/** The objective of rules has no heads, and a critic of which `three-factor` uses each neuron's part. */
const PAIRS = [
  ...Object.entries(OBJECTIVES).flatMap(([name, source]) => OPEN.map((credit) => ({ name, source, credit }))),
  ...Object.values(CREDITS).filter((credit) => !('outputs' in credit) || credit.outputs !== 'heads').map((credit) => ({ name: 'linear TD', source: linear, credit })),
];

/** What a credit of each locality cannot do without. */
const NEEDS: Readonly<Record<Locality, readonly (Part | 'peers')[]>> = { reward: [], broadcast: ['signals'], outputs: ['outputs'], deltas: ['outputs', 'activations', 'peers'], weights: ['outputs', 'activations', 'weights'] };

const hasNaN = (layers: readonly Float32Array[]) => layers.some((layer) => layer.some(Number.isNaN));

for (const { name, source, credit } of PAIRS) {
  const create = () => createCreditFixture(credit, source);
  const firstHidden = ({ topology }: CreditFixture) => topology.populations[1].begin;

  test(`${credit.name} under ${name} uses ${credit.locality}, nothing beyond it and nothing less`, (t) => {
    const before = create().assign();
    t.true(before.flatMap((layer) => [...layer]).every(Number.isFinite));
    t.is(before.every((layer) => layer.some((each) => each !== 0)), credit.locality !== 'reward');

    const beyond = create();
    poisonBeyond(credit, beyond);
    t.deepEqual(beyond.assign(), before);
    if (credit.locality !== 'deltas' && credit.locality !== 'weights') {
      poisonPeers(beyond, firstHidden(beyond));
      t.deepEqual(beyond.assign(1)[0].subarray(0, SIZE), before[0].subarray(0, SIZE));
    }

    for (const needed of NEEDS[credit.locality]) {
      const without = create();
      if (needed === 'peers') poisonPeers(without, firstHidden(without));
      else poisonParts(credit, without, (part) => part === needed);
      t.true(hasNaN(without.assign()), needed);
    }
  });
}
