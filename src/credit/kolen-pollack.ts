import type { ParameterShape, ParameterTable } from '../memory/parameters.js';
import { neuronName, rowLengths, sourcesOf, type Topology } from '../network/topology.js';
import { createStream } from '../random/stream.js';
import { createChain } from './chain.js';
import type { CreditAssignment } from './credit.js';
import { FEEDBACK } from './fixed-feedback.js';

/** λ: what weights and feedback weights lose of themselves in a step of rate 1. */
const DECAY = 0.1;

/**
 * `kolen-pollack`: credit is passed back from layer to layer as under backpropagation, but along feedback weights B instead of the weights K:
 *
 *   ∂J/∂v_m := Σ_{n reads m} B_{n,m} δ_n,   δ_n = σ'(z_n) ∂J/∂v_n
 *   K_n ← (1 - λη) K_n + step(δ_n v),   B_n ← (1 - λη) B_n + step(δ_n v)
 *
 * Both rows take the same step, each by its own moments, and lose the same fraction. So K - B only shrinks, by 1 - λη an update, and the credit becomes
 * that of backpropagation, although no weight is copied. Neuron n keeps B_n beside K_n, and sends B_{n,m} δ_n to each neuron m that it reads.
 *
 * Source: Kolen & Pollack 1994; Akrout et al. 2019, equations 16 and 17. Differs: K_n decays only where n reads a hidden neuron. Where gradients are
 * computed at delayed parameters, B is the current one.
 */
export const kolenPollackCredit: CreditAssignment = {
  name: 'kolen-pollack',
  summary: 'as backprop, but along feedback weights that learn by the same steps as the weights, and decay with them',
  locality: 'deltas',
  parameters: (topology) => [rowsShape(topology)],
  initialise: drawRows,
  create(context) {
    const { topology, peers, optimiser } = context;
    const { values } = peers[FEEDBACK];
    return {
      ...createChain(context, { rowOffset: offsetsOf(rowsShape(topology)), of: () => values }),
      learn(neurons, gradient, rate, update) {
        const own = neurons.parameters[FEEDBACK];
        if (own.values.length === 0) return;
        optimiser.step(own, gradient, rate, update);
        for (const row of [own, neurons.weights]) optimiser.shrink(row, DECAY * rate);
      },
    };
  },
};

/** A row as long as that of the weights for each neuron that reads a hidden one. */
function rowsShape(topology: Topology): ParameterShape {
  const { populations, inputs } = topology;
  const lengths = rowLengths(topology);
  for (const { begin, end, sources } of populations) if (sources.every((source) => source < inputs.end)) lengths.fill(0, begin, end);
  return { name: FEEDBACK, lengths, target: false, published: true, learned: true };
}

function offsetsOf({ lengths }: ParameterShape): Int32Array {
  const offset = new Int32Array(lengths.length + 1);
  lengths.forEach((length, neuron) => { offset[neuron + 1] = offset[neuron] + length; });
  return offset;
}

/** Uniform with standard deviation 1 / √sources, from a stream of each neuron's own. */
function drawRows(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void {
  for (const population of topology.populations) {
    for (let neuron = population.begin; neuron < population.end; neuron += 1) {
      const { values } = tables[FEEDBACK].of(neuron);
      if (values.length === 0) continue;
      const bound = Math.sqrt(3 / sourcesOf(population, neuron).length);
      const stream = createStream(seed, `feedback/${neuronName(topology, neuron)}`);
      for (let i = 0; i < values.length; i += 1) values[i] = stream.uniformBetween(-bound, bound);
    }
  }
}
