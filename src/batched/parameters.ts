import { createArena } from '../memory/arena.js';
import { attachParameter, parameterBlocks } from '../memory/parameters.js';
import { initialiseWeights, type InitialWeights } from '../network/initialise.js';
import type { Topology } from '../network/topology.js';
import { RULES } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import type { BatchedShape } from './shape.js';

/** Rules with a tensor form: those with the shared critic, in which no neuron's step needs numbers of another. */
export const BATCHED_RULES = ['broadcast', 'three-factor'] as const;
export type BatchedRule = (typeof BATCHED_RULES)[number];

/** The numbers of all replicas as they lie on a device, each kind one after another. */
export interface BatchedParameters {
  /** Each layer's matrices [replicas, neurons, sources], layer after layer, then the critics [replicas, features, 1 + outputs]. */
  readonly values: Float32Array;
  /** b_n of the hidden neurons under `broadcast`, else empty; [replicas, hidden, 1] */
  readonly feedback: Float32Array;
}

/**
 * First numbers of a batch of networks, each drawn from the streams of its own seed, as a simulation with that seed draws them. Critics
 * begin at zero.
 */
export function drawParameters(topology: Topology, shape: BatchedShape, rule: BatchedRule, seeds: readonly number[], gains: InitialWeights): BatchedParameters {
  const hidden = shape.features - shape.inputs;
  const numbers = {
    values: new Float32Array(seeds.length * (shape.weights + shape.critic)),
    feedback: new Float32Array(rule === 'broadcast' ? seeds.length * hidden : 0),
  };
  const drawFeedback = feedbackDrawer(topology, RULES[rule]);
  const weights = new Float32Array(shape.weights);
  seeds.forEach((seed, replica) => {
    initialiseWeights(topology, seed, gains, weights);
    putWeights(shape, seeds.length, replica, weights, numbers.values);
    if (rule === 'broadcast') numbers.feedback.set(drawFeedback(seed), replica * hidden);
  });
  return numbers;
}

/** Draws what the rule draws besides the weights. */
function feedbackDrawer(topology: Topology, rule: Rule): (seed: number) => Float32Array {
  const shapes = rule.parameters(topology);
  const arena = createArena(parameterBlocks(shapes));
  const tables = Object.fromEntries(shapes.map((each) => [each.name, attachParameter(arena, each)]));
  return (seed) => {
    rule.initialise?.(topology, tables, seed);
    return tables.feedback.values.slice();
  };
}

/** Puts one replica's rows, by `topology.rowOffset`, where they belong among all replicas'. */
function putWeights({ layers }: BatchedShape, replicas: number, replica: number, weights: Float32Array, values: Float32Array): void {
  let from = 0;
  for (const { neurons, sources } of layers) {
    const size = neurons * sources;
    values.set(weights.subarray(from, from + size), replicas * from + replica * size);
    from += size;
  }
}

/** One replica's numbers, apart: rows by `topology.rowOffset`, and each feature's part of the critic; [features, 1 + outputs]. */
export function takeParameters({ layers, weights: length, critic }: BatchedShape, replicas: number, replica: number, values: Float32Array): { readonly weights: Float32Array; readonly critic: Float32Array } {
  const weights = new Float32Array(length);
  let from = 0;
  for (const { neurons, sources } of layers) {
    const size = neurons * sources;
    const at = replicas * from + replica * size;
    weights.set(values.subarray(at, at + size), from);
    from += size;
  }
  const at = replicas * length + replica * critic;
  return { weights, critic: values.slice(at, at + critic) };
}
