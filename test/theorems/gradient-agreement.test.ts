import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import { doubleKernels } from '../../src/kernels/reference.js';
import { ACTIVATIONS, type ActivationName } from '../../src/kernels/activation.js';
import { backpropagate } from '../../src/network/backpropagation.js';
import type { Activations } from '../../src/network/activations.js';
import { propagate, tick } from '../../src/network/dynamic.js';
import type { Topology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';
import { createRuleFixture } from '../rule/fixture.js';
import { acyclic, computingNeurons, doubleActivations, drawSetting, layered } from './networks.js';

/**
 * Guss, Zhong et al. 2016, Theorem 2.2.2: with the exact Q^n, what a neuron climbs on its own is its row of the gradient of
 * the whole network. Three ways to the same numbers: the neuron's own, from Q^n as a function of its voltage alone;
 * backpropagation; and finite differences of the whole Q^μ in every weight. In double precision.
 */
const SMOOTH: readonly ActivationName[] = ['tanh', 'logistic', 'linear'];
const GRAPHS = { 'layered networks': layered(SMOOTH), 'acyclic networks with connections that skip layers': acyclic(SMOOTH) };

const LANES = 3;

/** Q of the actions in one lane, and its slopes: smooth, with curvature, and with actions that matter to one another. */
interface Objective {
  readonly value: (actions: readonly number[], lane: number) => number;
  readonly slopes: (actions: readonly number[], lane: number) => number[];
}

const CURVED: Objective = {
  value: (actions, lane) => actions.reduce((sum, action, k) => sum + Math.sin(action + k + lane), 0) + actions[0] * actions[actions.length - 1],
  slopes: (actions, lane) =>
    actions.map((action, k) => Math.cos(action + k + lane) + (k === 0 ? actions[actions.length - 1] : 0) + (k === actions.length - 1 ? actions[0] : 0)),
};

/** The actions in one lane of activations. */
function actionsOf({ outputs: { begin, end } }: Topology, { voltages, lanes }: Activations<Float64Array>, lane: number): number[] {
  return Array.from({ length: end - begin }, (_, k) => voltages[(begin + k) * lanes + lane]);
}

/** A network in double precision on a number of observations. */
interface Case {
  readonly topology: Topology;
  readonly weights: Float64Array;
  readonly encoded: Float64Array;
  readonly lanes: number;
  readonly objective: Objective;
}

function run({ topology, weights, encoded, lanes }: Case): Activations<Float64Array> {
  const activations = doubleActivations(encoded, lanes);
  propagate(doubleKernels, topology, weights, activations, 0, lanes);
  return activations;
}

/** Q^n(v, α) in every lane: neuron n's voltage is `shift` off its policy's, and everything downstream follows the policy. */
function forcedValues(network: Case, neuron: number, shift: number): number[] {
  const { topology, weights, encoded, lanes, objective } = network;
  const activations = doubleActivations(encoded, lanes);
  for (const index of topology.ticks.flat()) {
    const population = topology.populations[index];
    tick(doubleKernels, topology, population, weights, activations, { ...population, laneBegin: 0, laneEnd: lanes });
    if (neuron < population.begin || neuron >= population.end) continue;
    for (let lane = 0; lane < lanes; lane += 1) activations.voltages[neuron * lanes + lane] += shift;
  }
  return Array.from({ length: lanes }, (_, lane) => objective.value(actionsOf(topology, activations, lane), lane));
}

/** Q^μ summed over the lanes, with one weight moved. */
function movedValue(network: Case, weight: number, shift: number): number {
  const weights = network.weights.slice();
  weights[weight] += shift;
  return forcedValues({ ...network, weights }, -1, 0).reduce((sum, value) => sum + value, 0);
}

/** Central differences at h, h/2, …, h/16, extrapolated to h = 0 by Richardson: the error falls with h¹⁰ and rounding stays below 1e-12. */
function slopeAtZero(of: (shift: number) => number): number {
  const STEP = 0.02;
  let row = [0, 1, 2, 3, 4].map((i) => (of(STEP / 2 ** i) - of(-STEP / 2 ** i)) / (2 * (STEP / 2 ** i)));
  for (let factor = 4; row.length > 1; factor *= 4) row = row.slice(1).map((finer, i) => finer + (finer - row[i]) / (factor - 1));
  return row[0];
}

/** ∇_{K^n} Q^n, from the slope of Q^n in the neuron's own voltage, its own σ' and the voltages it reads. */
function ownGradient(network: Case, { voltages }: Activations<Float64Array>, neuron: number): Float64Array {
  const { topology: { populations, rowOffset }, lanes } = network;
  const population = populations.find(({ begin, end }) => neuron >= begin && neuron < end) ?? populations[0];
  const gradient = new Float64Array(rowOffset[neuron + 1] - rowOffset[neuron]);
  for (let lane = 0; lane < lanes; lane += 1) {
    const own = neuron * lanes + lane;
    const slope = slopeAtZero((shift) => forcedValues(network, neuron, shift)[lane]) * ACTIVATIONS[population.activation].slope(voltages[own]);
    population.sources.forEach((source, j) => { gradient[j] += slope * voltages[source * lanes + lane]; });
  }
  return gradient;
}

/** (∇_K Q^μ)^n of every neuron, by backpropagation. */
function backpropagatedGradients({ topology, weights, lanes, objective }: Case, activations: Activations<Float64Array>): Map<number, Float64Array> {
  const activationGradients = { voltages: new Float64Array(activations.voltages.length), weightedInputs: new Float64Array(activations.voltages.length) };
  for (let lane = 0; lane < lanes; lane += 1) {
    objective.slopes(actionsOf(topology, activations, lane), lane).forEach((slope, k) => { activationGradients.voltages[(topology.outputs.begin + k) * lanes + lane] = slope; });
  }
  backpropagate(doubleKernels, topology, weights, activations, activationGradients, lanes);
  return new Map(
    computingNeurons(topology).map(({ neuron, population }) => {
      const gradient = new Float64Array(population.sources.length);
      doubleKernels.gradients(activationGradients.weightedInputs.subarray(neuron * lanes), lanes, 1, population.sources, activations.voltages, lanes, lanes, gradient);
      return [neuron, gradient];
    }),
  );
}

function differencedGradient(network: Case, neuron: number): Float64Array {
  const { rowOffset } = network.topology;
  return Float64Array.from({ length: rowOffset[neuron + 1] - rowOffset[neuron] }, (_, j) => slopeAtZero((shift) => movedValue(network, rowOffset[neuron] + j, shift)));
}

const norm = (numbers: ArrayLike<number>) => Math.hypot(...Array.from(numbers));

/** ‖actual - expected‖ ≤ bound · ‖expected‖, above the floor that differences and, in single precision, K + step are rounded to. */
function agree(t: ExecutionContext, actual: ArrayLike<number>, expected: Float64Array, bound: number, floor: number, what: string): void {
  const distance = norm(Array.from(actual, (value, j) => value - expected[j]));
  t.true(distance <= bound * norm(expected) + floor, `${what}: ${distance} off a row of norm ${norm(expected)}`);
}

for (const [kind, graphs] of Object.entries(GRAPHS)) {
  test(`in ${kind} every neuron's own gradient is its row of backpropagation's and of finite differences', to 1e-9`, (t) => {
    fc.assert(
      fc.property(graphs, fc.nat(), (topology, seed) => {
        const network = { topology, ...drawSetting(topology, LANES, seed), lanes: LANES, objective: CURVED };
        const activations = run(network);
        for (const [neuron, backpropagated] of backpropagatedGradients(network, activations)) {
          const own = ownGradient(network, activations, neuron);
          agree(t, own, backpropagated, 1e-9, 1e-12, `own, neuron ${neuron}`);
          agree(t, differencedGradient(network, neuron), backpropagated, 1e-9, 1e-12, `differences, neuron ${neuron}`);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });
}

/** A minibatch in the middle of learning, under rule `exact` with plain ascent at rate 1: a row's step is its gradient. */
function exactOnMinibatch(seed: number) {
  const size = 8;
  const fixture = createRuleFixture('exact', { kernels: 'reference', observations: 3, hidden: [5, 4], outputs: 2, activation: 'tanh', size, rates: { outputRate: 1, hiddenRate: 1 } });
  const stream = createStream(seed, 'exact');
  const observations = () => Array.from({ length: size }, () => [0, 1, 2].map(() => stream.gaussian()));
  const { weights, critic } = fixture.tables;
  for (const numbers of [weights.values, critic.values, critic.target]) for (let i = 0; i < numbers.length; i += 1) numbers[i] = stream.gaussian();
  fixture.show(observations(), observations());
  for (const list of [fixture.batch.reward, fixture.batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  fixture.batch.discounts.fill(0.9);
  return fixture;
}

/** The same in double precision: the shared critic's slopes ∂Q/∂a_k = Σ_n w_{k,n} v_n as they stand, and the actions that move. */
function inDoublePrecision({ topology, tables, batch: { activations, size } }: ReturnType<typeof exactOnMinibatch>): Case {
  const outputs = topology.outputs.end - topology.outputs.begin;
  const weights = Float64Array.from(tables.weights.values);
  const encoded = new Float64Array(topology.neurons * size);
  for (let n = 0; n < topology.inputs.end; n += 1) encoded.set(activations.voltages.subarray(n * activations.lanes, n * activations.lanes + size), n * size);
  const { voltages } = run({ topology, weights, encoded, lanes: size, objective: CURVED });
  const slopes = Array.from({ length: size }, (_, lane) =>
    Array.from({ length: outputs }, (_unused, k) => {
      let slope = 0;
      for (let n = 0; n < topology.outputs.begin; n += 1) slope += tables.critic.values[n * (1 + outputs) + 1 + k] * voltages[n * size + lane];
      return slope / size;
    }),
  );
  const value = (actions: readonly number[], lane: number) => slopes[lane].reduce((sum, slope, k) => sum + slope * actions[k], 0);
  return { topology, weights, encoded, lanes: size, objective: { value, slopes: (_, lane) => slopes[lane] } };
}

test('a row\'s step under exact is its row of backpropagation\'s gradient and of finite differences\', to 1e-5 in single precision', (t) => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const fixture = exactOnMinibatch(seed);
      const network = inDoublePrecision(fixture);
      const backpropagated = backpropagatedGradients(network, run(network));
      fixture.update();
      for (const [neuron, reference] of backpropagated) {
        const { rowOffset } = fixture.topology;
        const step = Float64Array.from(reference, (_, j) => fixture.tables.weights.values[rowOffset[neuron] + j] - network.weights[rowOffset[neuron] + j]);
        agree(t, step, reference, 1e-5, 5e-7, `exact, neuron ${neuron}`);
        agree(t, differencedGradient(network, neuron), reference, 1e-9, 1e-12, `differences, neuron ${neuron}`);
      }
    }),
    { seed: 1, numRuns: 20 },
  );
});
