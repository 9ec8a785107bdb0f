// A rule of your own: linear TD at the outputs, and hidden neurons that learn by reward-modulated Hebbian steps, TD error × own voltage × what they read.
//
//   node scenarios/run --rule examples/hebbian-rule.js
import { linearTdRule } from 'ganglion';

const hebbian = {
  name: 'hebbian',
  summary: 'the TD error times the neuron\'s own voltage',
  locality: 'broadcast',
  parameters: () => [],
  create() {
    let activations;
    return {
      prepare(given) {
        activations = given; // the voltages of all neurons in all transitions of the minibatch
      },
      assign({ index, count }, { signals }, credit, { begin, end, size }) {
        for (let row = 0; row < count; row += 1) {
          const own = (index + row) * activations.lanes;
          for (let b = begin; b < end; b += 1) credit[row * size + b] = signals[b] * activations.voltages[own + b];
        }
      },
    };
  },
};

export default linearTdRule(hebbian, {
  name: 'hebbian',
  summary: 'broadcast TD error times the neuron\'s own voltage times what it reads',
  localityNote: 'one TD error is broadcast; a hidden neuron uses its own voltage besides',
});
