import { InternalError } from '../errors.js';
import type { FloatArray, Kernels } from '../kernels/kernels.js';
import type { Activations } from './activations.js';
import { rowsOf } from './dynamic.js';
import { isPlain, multiplyTransferSlopes } from './transfer.js';
import { sourcesOf, type Population, type Topology } from './topology.js';

/** What `backpropagate` fills in; each [neurons, lanes], row-major. */
export interface ActivationGradients<Numbers extends FloatArray = Float32Array> {
  /** As many as the activations have, unless given. */
  readonly lanes?: number;
  /** ∂L/∂v of every neuron, everything downstream following its own weights. */
  readonly voltages: Numbers;
  /** ∂L/∂z of every neuron but the inputs. */
  readonly weightedInputs: Numbers;
}

/** Sensitivities of so many lanes. */
export function createActivationGradients<Numbers extends FloatArray>(kernels: Kernels<Numbers>, { neurons }: Topology, lanes: number): ActivationGradients<Numbers> {
  return { lanes, voltages: kernels.numbers(neurons * lanes), weightedInputs: kernels.numbers(neurons * lanes) };
}

interface NeuronStretch {
  readonly begin: number;
  readonly end: number;
}

/** Where a population's ∂L/∂z goes: to sources `sourceBegin..sourceEnd` of its list. */
interface SourceStretch {
  readonly sourceBegin: number;
  readonly sourceEnd: number;
}

/** A backward pass through a network: its operations in order. */
export interface BackwardPlan {
  /** Populations, from the outputs on. `replace` is true if no earlier step has added to the neurons of a part. */
  readonly steps: readonly { readonly population: Population; readonly parts: readonly (SourceStretch & { readonly replace: boolean })[] }[];
  /** Neurons whose gradients start at zero, because no operation overwrites them. */
  readonly cleared: readonly NeuronStretch[];
}

/**
 * Plans the backward pass through a network.
 *
 * @param wanted the input neurons whose gradients are needed; all of them unless given
 * @throws InternalError if the network has cycles
 */
export function planBackward({ populations, ticks, inputs, cyclic }: Topology, wanted: NeuronStretch = inputs): BackwardPlan {
  if (cyclic) throw new InternalError('backpropagation expected a graph without cycles');
  const goals = populations
    .filter(({ kind }) => kind !== 'output')
    .map(({ kind, begin, end }) => ({ ...(kind === 'input' ? wanted : { begin, end }), touched: false, replaced: false }));

  function partsOf({ sources, rows }: Population) {
    if (rows !== undefined) { // spread row by row, and nothing replaced
      for (const goal of goals) goal.touched ||= stretchesWithin(goal, sources).length > 0;
      return [];
    }
    return goals.flatMap((goal) => stretchesWithin(goal, sources).map((stretch) => {
      const replace = !goal.touched && stretch.sourceEnd - stretch.sourceBegin === goal.end - goal.begin;
      goal.touched = true;
      goal.replaced ||= replace;
      return { ...stretch, replace };
    }));
  }

  const order = ticks.flat().toReversed().map((index) => populations[index]);
  const steps = order.filter(({ sources }) => sources.length > 0).map((population) => ({ population, parts: partsOf(population) }));
  return { steps, cleared: goals.filter(({ replaced }) => !replaced) };
}

/** The ranges of a list of sources within a range of neurons. */
function stretchesWithin({ begin, end }: NeuronStretch, sources: Int32Array): SourceStretch[] {
  const within = (source: number) => source >= begin && source < end;
  const stretches: SourceStretch[] = [];
  for (let j = 0; j < sources.length; j += 1) {
    if (!within(sources[j])) continue;
    const sourceBegin = j;
    while (j < sources.length && within(sources[j])) j += 1;
    stretches.push({ sourceBegin, sourceEnd: j });
  }
  return stretches;
}

const known = new WeakMap<Topology, BackwardPlan>();

/** The backward pass to all inputs; planned once. */
function backwardPlanOf(topology: Topology): BackwardPlan {
  const way = known.get(topology) ?? planBackward(topology);
  known.set(topology, way);
  return way;
}

/**
 * Reverse-mode differentiation through a whole network, which no local rule does. DDPG uses it, with which the rules are
 * compared, and so does the oracle that checks their critics.
 *
 *   ∂L/∂z_n = ∂L/∂v_n σ'(z_n),   ∂L/∂v_m = Σ_{n reads m} K_{n,m} ∂L/∂z_n
 *
 * and ∂L/∂z_n = 0 for a lesioned neuron n.
 *
 * Source: Rumelhart, Hinton & Williams 1986. The gradient of row n is Σ_b ∂L/∂z_n[b] v[b]: `gradients`.
 *
 * Reads: `weights`, the activations as `propagate` left it, and the outputs' rows of `activationGradients.voltages`, which hold ∂L/∂v of
 * the outputs. Writes: all other rows of `activationGradients`, but for inputs that are not wanted; lanes 0 up to `count`.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 * @param count lanes used
 * @param way to the inputs whose gradients are wanted; to all of them unless given
 */
export function backpropagate<Numbers extends FloatArray>(
  kernels: Kernels<Numbers>,
  topology: Topology,
  weights: Numbers,
  activations: Activations<Numbers>,
  activationGradients: ActivationGradients<Numbers>,
  count: number,
  way: BackwardPlan = backwardPlanOf(topology),
): void {
  const { alive } = activations;
  const { lanes = activations.lanes, voltages: upon, weightedInputs: delta } = activationGradients;
  for (const { begin, end } of way.cleared) {
    for (let neuron = begin; neuron < end; neuron += 1) upon.fill(0, neuron * lanes, neuron * lanes + count); // other lanes may be another thread's
  }
  for (const { population, parts } of way.steps) {
    const { begin, end, sources, activation } = population;
    const own = (numbers: Numbers) => numbers.subarray(begin * lanes, end * lanes) as Numbers;
    if (isPlain(population)) kernels.multiplySlopes(activation, own(delta), lanes, activations.voltages, { begin, end, lanes: activations.lanes, count }, 1, own(upon));
    else {
      for (let neuron = begin; neuron < end; neuron += 1) delta.set(upon.subarray(neuron * lanes, neuron * lanes + count), neuron * lanes); // nor here
      multiplyTransferSlopes(kernels, population, activations, own(delta), lanes, { begin, end, count }, 1);
    }
    for (let neuron = begin; neuron < end && alive !== undefined; neuron += 1) {
      if (alive[neuron] === 0) delta.fill(0, neuron * lanes, neuron * lanes + count);
    }
    for (const { sourceBegin, sourceEnd, replace } of parts) { // not spread into one: that would take a microsecond each
      kernels.transposedProduct(rowsOf(topology, weights, begin, end), sources, delta, upon, { begin, end, lanes, count, sourceBegin, sourceEnd, replace });
    }
    for (let neuron = begin; population.rows !== undefined && neuron < end; neuron += 1) {
      kernels.transposedProduct(rowsOf(topology, weights, neuron, neuron + 1), sourcesOf(population, neuron), delta, upon, { begin: neuron, end: neuron + 1, lanes, count });
    }
  }
}
