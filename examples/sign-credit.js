// A credit assignment of your own: one bit for all hidden neurons, the sign of the TD error, times a fixed sign of each neuron's own.
//
//   node scenarios/run ddpg --credit examples/sign-credit.js
const isHidden = ({ inputs, outputs }, neuron) => neuron >= inputs.end && neuron < outputs.begin;

export default {
  summary: 'the sign of the TD error, times a fixed sign of the neuron\'s own',
  locality: 'broadcast', // nothing but scalars that all neurons share
  // What each neuron keeps: one number, drawn once.
  parameters: (topology) => [{
    name: 'sign',
    lengths: Array.from({ length: topology.neurons }, (_, neuron) => (isHidden(topology, neuron) ? 1 : 0)),
    target: false, // no target copy
    published: false, // no other neuron reads it
    learned: false,
  }],
  initialise(topology, { sign }, seed) {
    for (let i = 0; i < sign.values.length; i += 1) sign.values[i] = Math.sin((i + 1) * (seed + 12.9898) * 78.233) < 0 ? -1 : 1;
  },
  create: () => ({
    // credit[row, b] replaces ∂J/∂v of neuron `index + row` in transition b
    assign({ count, parameters }, { signals }, credit, { begin, end, size }) {
      const { values } = parameters.sign;
      for (let row = 0; row < count; row += 1) {
        for (let b = begin; b < end; b += 1) credit[row * size + b] = values[row] * Math.sign(signals[b]);
      }
    },
  }),
};
