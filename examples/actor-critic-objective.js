// An objective of your own: an actor-critic without action values. The critic V = Σ_n θ_n v_n learns by TD, and each output climbs D (a - μ): towards
// what was tried where that went better than expected.
//
//   node scenarios/run --objective examples/actor-critic-objective.js
import { tdError } from 'ganglion';

export default {
  summary: 'outputs climb the TD error times their own exploration',
  // One number for each input and hidden neuron; the others read it when they sum up V.
  parameters: ({ neurons, outputs }) => [{
    name: 'critic', lengths: Array.from({ length: neurons }, (_, n) => (n < outputs.begin ? 1 : 0)), target: true, published: true, learned: true,
  }],
  create({ kernels, topology: { outputs }, peers: { critic }, rates, optimiser, batchSize, longest }) {
    const [first, count] = [outputs.begin, outputs.end - outputs.begin];
    const error = { outputs: kernels.numbers(count * batchSize), signals: kernels.numbers(batchSize) };
    const gradient = kernels.numbers(longest); // numbers that kernels work on come from them
    const values = new Float32Array(batchSize);
    const valueOf = (parts, { voltages, lanes }, lane) => {
      let sum = 0;
      for (let n = 0; n < first; n += 1) sum += parts[n] * voltages[n * lanes + lane];
      return sum;
    };
    return {
      error,
      evaluate({ activations, reward, discounts, sampled, firstStochastic }) {
        for (let b = 0; b < batchSize; b += 1) {
          values[b] = valueOf(critic.values, activations, b);
          error.signals[b] = tdError(reward[b], discounts[b], valueOf(critic.target, activations, batchSize + b), values[b]);
          for (let k = 0; k < count; k += 1) {
            const mean = activations.voltages[(first + k) * activations.lanes + b];
            error.outputs[k * batchSize + b] = error.signals[b] * (sampled[(first + k - firstStochastic) * batchSize + b] - mean);
          }
        }
      },
      learnPart({ index, count: neurons, parameters }, { activations: { voltages, lanes } }, update) {
        for (let i = 0; i < neurons; i += 1) {
          gradient[i] = 0;
          for (let b = 0; b < batchSize; b += 1) gradient[i] += (error.signals[b] * voltages[(index + i) * lanes + b]) / batchSize;
        }
        optimiser.step(parameters.critic, gradient, rates.criticRate, update);
        kernels.softUpdate(parameters.critic.values, parameters.critic.target, rates.targetRate);
      },
      estimate: (into) => { into.set(values); },
    };
  },
};
