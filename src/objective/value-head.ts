import { greedyAction } from './targets.js';

/** What the output neurons of a value method are. */
export interface ValueHeadShape {
  readonly actions: number;
  /** Probabilities of each action's return, over atoms spaced evenly from `lowest` to `highest`; absent where the outputs are values themselves. */
  readonly categorical?: { readonly atoms: number; readonly lowest: number; readonly highest: number } | undefined;
  /** True if advantages and a value have output neurons of their own. */
  readonly dueling: boolean;
}

/** Output neurons, or a part of their lanes; [neurons, lanes], row-major. */
export interface OutputLanes {
  readonly voltages: Float32Array;
  readonly lanes: number;
}

/**
 * Action values from output neurons. Those of action a come first, one for each atom i, or one if there are no atoms; with `dueling` those of the state
 * follow. An action's logits are
 *
 *   x_i(a) = A_i(a),   with dueling  x_i(a) = V_i + A_i(a) - mean_b A_i(b)
 *
 * and its value is x(a) itself, or Σ_i z_i softmax(x(a))_i over atoms z.
 *
 * Source: Wang et al. 2016, equation 9 (dueling); Bellemare et al. 2017 (atoms); Hessel et al. 2018, section 3 (both). Differs: the streams of value and advantage
 * are linear read-outs of the same last layer.
 */
export interface ValueHead extends ValueHeadShape {
  /** Output neurons. */
  readonly neurons: number;
  /** Logits of an action: 1 unless categorical. */
  readonly atoms: number;
  /** Value of each atom; [atoms] */
  readonly support: Float64Array;
  /** Writes: `logits`, [atoms]. */
  logits(outputs: OutputLanes, lane: number, action: number, logits: Float64Array): void;
  /** Writes: `values`, [actions]. */
  values(outputs: OutputLanes, lane: number, values: Float64Array): void;
  /** How the value of an action changes with its logits. Writes: `slopes`, [atoms]. */
  slopes(outputs: OutputLanes, lane: number, action: number, slopes: Float64Array): void;
  /** The greedy action. */
  greedy(outputs: OutputLanes, lane: number): number;
  /**
   * From ∂J/∂x(a) of one action to the errors of all output neurons.
   *
   * Writes: lane `lane` of `errors`, [neurons, size].
   *
   * @param slopes [atoms]
   */
  spread(slopes: Float64Array, action: number, errors: Float32Array, size: number, lane: number): void;
}

export function createValueHead({ actions, categorical, dueling }: ValueHeadShape): ValueHead {
  const atoms = categorical?.atoms ?? 1;
  const { lowest, highest } = categorical ?? { lowest: 0, highest: 0 };
  const support = Float64Array.from({ length: atoms }, (_, i) => lowest + (i * (highest - lowest)) / Math.max(1, atoms - 1));
  const own = new Float64Array(atoms);
  const scratch = new Float64Array(actions);

  function logits({ voltages, lanes }: OutputLanes, lane: number, action: number, into: Float64Array): void {
    for (let i = 0; i < atoms; i += 1) {
      into[i] = voltages[(action * atoms + i) * lanes + lane];
      if (!dueling) continue;
      let sum = 0;
      for (let b = 0; b < actions; b += 1) sum += voltages[(b * atoms + i) * lanes + lane];
      into[i] += voltages[(actions * atoms + i) * lanes + lane] - sum / actions;
    }
  }

  function values(outputs: OutputLanes, lane: number, into: Float64Array): void {
    for (let action = 0; action < actions; action += 1) {
      logits(outputs, lane, action, own);
      into[action] = categorical === undefined ? own[0] : meanOf(own);
    }
  }

  function meanOf(distribution: Float64Array): number {
    softmax(distribution);
    let mean = 0;
    for (let i = 0; i < atoms; i += 1) mean += support[i] * distribution[i];
    return mean;
  }

  return {
    actions,
    categorical,
    dueling,
    neurons: atoms * (actions + Number(dueling)),
    atoms,
    support,
    logits,
    values,
    slopes(outputs, lane, action, into) {
      logits(outputs, lane, action, into);
      if (categorical === undefined) {
        into[0] = 1;
        return;
      }
      const mean = meanOf(into); // and they are probabilities now
      for (let i = 0; i < atoms; i += 1) into[i] *= support[i] - mean;
    },
    greedy(outputs, lane) {
      values(outputs, lane, scratch);
      return greedyAction(scratch);
    },
    spread(slopes, action, errors, size, lane) {
      for (let i = 0; i < atoms; i += 1) {
        const mean = dueling ? slopes[i] / actions : 0;
        for (let b = 0; b < actions; b += 1) errors[(b * atoms + i) * size + lane] = (b === action ? slopes[i] : 0) - mean;
        if (dueling) errors[(actions * atoms + i) * size + lane] = slopes[i];
      }
    },
  };
}

/** Writes: `logits`, which become probabilities. @returns log Σ e^x */
export function softmax(logits: Float64Array): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) {
    logits[i] = Math.exp(logits[i] - largest);
    sum += logits[i];
  }
  for (let i = 0; i < logits.length; i += 1) logits[i] /= sum;
  return largest + Math.log(sum);
}
