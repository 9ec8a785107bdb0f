import { iota } from '../kernels/kernels.js';
import { createActivations, tick } from '../network/dynamic.js';
import { createStream } from '../random/stream.js';
import type { CreditAssignment, CreditContext } from './credit.js';
import { feedbackCredit } from './feedback.js';
import { feedbackOf, feedbackShape } from './fixed-feedback.js';

/** States of each update that are perturbed. */
const STATES = 4;
/** ξ: each hidden neuron adds this or its negative to its voltage. */
const NOISE = 0.1;
/** Fraction of the way that B goes to what an update finds. */
const RATE = 0.01;
/** Signs of one draw. */
const BITS = 32;

/**
 * `perturbed`: as `feedback`, ∂J/∂v_n := Σ_k B_{n,k} e_k, but each neuron learns its row of B from its own small noise ξ_n and the change Δ_k that all neurons' noise makes to
 * each output:
 *
 *   B_{n,k} ← B_{n,k} + η (mean(ξ_n Δ_k) / σ² - B_{n,k}),   Δ_k = v_k(with noise) - v_k
 *
 * As the neurons' noises are independent, the mean tends to ∂v_k/∂v_n, through all later layers. One more forward pass an update is needed, without and with
 * noise; the outputs' changes are what crosses to the hidden neurons.
 *
 * Source: Lansdell, Prakash & Kording 2020. Differs: the states are drawn, not those of the minibatch, so that an update is a function of the weights and its number alone.
 */
export const perturbedCredit: CreditAssignment = {
  ...feedbackCredit,
  name: 'perturbed',
  summary: 'as feedback, but each neuron learns its row from its own small noise and the changes of the outputs',
  alone: true,
  parameters: (topology) => [{ ...feedbackShape(topology, topology.outputs.end - topology.outputs.begin), learned: true }],
  create(context) {
    const { kernels, topology: { outputs, neurons: all } } = context;
    const terms = outputs.end - outputs.begin;
    const probe = createProbe(context);
    const found = kernels.numbers(all * terms);
    const rows = iota(terms);
    let latest = -1;
    return {
      ...feedbackCredit.create(context),
      learn(neurons, _gradient, _rate, update) {
        const feedback = feedbackOf(neurons);
        if (feedback.length === 0) return;
        if (update !== latest) probe.run(update);
        latest = update;
        const { index, count } = neurons;
        kernels.gradients(probe.noise.subarray(index * STATES, (index + count) * STATES), STATES, count, rows, probe.changes, STATES, STATES, found);
        for (let i = 0; i < feedback.length; i += 1) feedback[i] += RATE * (found[i] / (NOISE * NOISE * STATES) - feedback[i]);
      },
    };
  },
};

/** A forward pass on drawn states, without and with noise. */
function createProbe({ kernels, topology, weights }: CreditContext) {
  const { neurons, inputs, outputs, populations, ticks } = topology;
  const activations = createActivations(kernels, topology, 2 * STATES);
  const { voltages, lanes } = activations;
  const noise = kernels.numbers(neurons * STATES);
  const changes = kernels.numbers((outputs.end - outputs.begin) * STATES);
  const stream = createStream(0, 'perturbed');
  const words = Math.ceil(((outputs.begin - inputs.end) * STATES) / BITS);
  const draws = (inputs.end - 1) * STATES + words;

  function drawStates(): void {
    for (let lane = 0; lane < lanes; lane += 1) voltages[lane] = 1; // the bias neuron
    for (let neuron = 1; neuron < inputs.end; neuron += 1) {
      for (let state = 0; state < STATES; state += 1) voltages[neuron * lanes + state] = voltages[neuron * lanes + STATES + state] = stream.gaussian();
    }
  }

  function drawNoise(): void {
    for (let word = 0, at = inputs.end * STATES; word < words; word += 1) {
      const bits = stream.integer(2 ** BITS);
      for (let bit = 0; bit < BITS && at < outputs.begin * STATES; bit += 1, at += 1) noise[at] = (bits >>> bit) % 2 === 0 ? NOISE : -NOISE;
    }
  }

  return {
    noise,
    changes,
    /** @param update whose states and noise are drawn */
    run(update: number): void {
      stream.position = update * draws;
      drawStates();
      drawNoise();
      for (const index of ticks.flat()) {
        const population = populations[index];
        const { kind, begin, end } = population;
        tick(kernels, topology, population, weights, activations, { begin, end, laneBegin: 0, laneEnd: lanes });
        if (kind !== 'hidden') continue;
        for (let neuron = begin; neuron < end; neuron += 1) for (let state = 0; state < STATES; state += 1) voltages[neuron * lanes + STATES + state] += noise[neuron * STATES + state];
      }
      for (let k = outputs.begin; k < outputs.end; k += 1) {
        for (let state = 0; state < STATES; state += 1) changes[(k - outputs.begin) * STATES + state] = voltages[k * lanes + STATES + state] - voltages[k * lanes + state];
      }
    },
  };
}
