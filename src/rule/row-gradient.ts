import type { Kernels } from '../kernels/kernels.js';
import type { ParameterShape } from '../memory/parameters.js';
import { followMembrane } from '../network/membrane.js';
import { responseSlope } from '../network/response.js';
import { rowLengths, type Topology } from '../network/topology.js';
import type { Batch, Neuron } from './rule.js';

const ELIGIBILITY = 'eligibility';

/** What neurons with a membrane keep under a rule of the stream: e of their rows. None where there are none. */
export function eligibilityShapes({ neurons, rowOffset, populations }: Topology): ParameterShape[] {
  if (populations.every(({ membrane }) => membrane === undefined)) return [];
  const lengths = rowLengths({ neurons, rowOffset });
  for (const { begin, end, membrane } of populations) if (membrane === undefined) lengths.fill(0, begin, end);
  return [{ name: ELIGIBILITY, lengths, target: false, published: false, learned: false }];
}

/** Fills `gradient` with credit · ∂v_n/∂K_n, [sources], of the transition at hand; what a membrane holds of the steps before is in it. */
export type RowGradient = (neuron: Neuron, batch: Batch, credit: number, gradient: Float32Array, voltage?: number) => void;

export function createRowGradient(kernels: Kernels): RowGradient {
  const coefficient = kernels.numbers(1);
  return ({ index, population, sources, parameters }, { board, episodeStart }, credit, gradient, voltage) => {
    const { membrane } = population;
    if (membrane === undefined) {
      coefficient[0] = credit * responseSlope(population, board, index, 0, voltage);
      kernels.gradients(coefficient, 1, 1, sources, board.voltages, board.lanes, 1, gradient);
      return;
    }
    const { values } = parameters[ELIGIBILITY];
    const scale = credit * followMembrane(membrane, population, board, index, sources, values, episodeStart);
    for (let j = 0; j < values.length; j += 1) gradient[j] = scale * values[j];
  };
}
