import { tensorActivations } from './activations.js';
import type { BatchedMinibatch } from './minibatch.js';
import type { Device } from './device.js';
import { createForward } from './forward.js';
import type { BatchedShape } from './shape.js';
import type { Tensor } from './tensorflow.js';

/** The direction of ascent for every number of every replica, laid out as `values`. To be called within a `tidy`. */
export type BatchedGradient = (batch: BatchedMinibatch, values: Tensor, target: Tensor) => Tensor;

/**
 * The rules with a shared critic, `broadcast` and `three-factor`, on batches of networks: the equations are those of
 * `src/objective/linear-td.ts` and of each rule's own file, with a row of theirs a row of a matrix here.
 *
 *   Q = θ·v + Σ_k (a_k - μ_k)(w_k·v),   D = r + γ θ'·v' - Q
 *   hidden layers: K += η_A mean(D b σ'(z) vᵀ), or with θ_n + Σ_k (a_k - μ_k) w_{k,n} in place of b
 *   outputs:       K += η_A mean((w_k·v) σ'(z) vᵀ)
 *   critic:        θ += η_Q mean(D v),  w_k += η_Q mean(D (a_k - μ_k) v),  θ' ← τθ + (1-τ)θ'
 *
 * Differs: of the target copy only θ' is kept, since no rule reads w'. Sums run in the backend's order, so that results are close to the
 * kernels' and not equal to them bit for bit.
 *
 * @param feedback b_n under `broadcast`, undefined under `three-factor`; [replicas, hidden, 1]
 */
export function createGradient(device: Device, shape: BatchedShape, replicas: number, feedback: Tensor | undefined): BatchedGradient {
  const { tf, multiply } = device;
  const { inputs: inputNeurons, layers, outputs, features } = shape;
  const hiddenNeurons = features - inputNeurons;
  const last = layers.length - 1;
  const activations = tensorActivations(tf);
  const forward = createForward(device, shape, replicas);
  const tensor = (values: Float32Array, rows: number, columns: number) => tf.tensor(values, [replicas, rows, columns]);
  const rowsOf = (x: Tensor, begin: number, count: number) => tf.slice(x, [0, begin, 0], [replicas, count, x.shape[2]]);
  const upright = (x: Tensor) => tf.transpose(x, [0, 2, 1]); // a flag of the product would be ten times slower in WebAssembly

  function gradient({ size, ...batch }: BatchedMinibatch, values: Tensor, target: Tensor): Tensor {
    const lanesOf = (x: Tensor, begin: number) => tf.slice(x, [0, 0, begin], [replicas, x.shape[1], size]);
    const inputs = tensor(batch.inputs, inputNeurons, 2 * size);
    const { weights, critic } = forward.unpack(values);
    const { read, voltages } = forward.hidden(weights, inputs);
    const all = voltages.length === 0 ? inputs : tf.concat([inputs, ...voltages], 1);
    const now = lanesOf(all, 0);
    const reads = read.map((each) => lanesOf(each, 0));
    const mean = forward.layer(last, weights[last], reads[last]);

    const judged = multiply(upright(critic), now);
    const slope = rowsOf(judged, 1, outputs);
    const deviation = tf.sub(tensor(batch.sampled, outputs, size), mean);
    const value = tf.add(rowsOf(judged, 0, 1), tf.sum(tf.mul(deviation, slope), 1, true));
    const successor = tf.mul(tensor(batch.discounts, 1, size), multiply(target, lanesOf(all, size)));
    const error = tf.div(tf.sub(tf.add(tensor(batch.reward, 1, size), successor), value), tf.scalar(size)); // D/B, B for the mean
    const errors = tf.concat([error, tf.mul(deviation, error)], 1);

    const outputDelta = tf.div(tf.mul(slope, activations[layers[last].activation].slope(mean)), tf.scalar(size));
    const deltas = [...hiddenDeltas(critic, now, error, errors), outputDelta];
    const steps = deltas.map((delta, index) => multiply(delta, upright(reads[index])));
    return tf.concat([...steps, multiply(now, upright(errors))].map((step) => tf.reshape(step, [-1])), 0);
  }

  /** ∂/∂z of each hidden layer by the rule's credit: all layers at once, since no layer depends on another. */
  function hiddenDeltas(critic: Tensor, now: Tensor, error: Tensor, errors: Tensor): Tensor[] {
    if (hiddenNeurons === 0) return [];
    const credit = feedback === undefined ? multiply(rowsOf(critic, inputNeurons, hiddenNeurons), errors) : tf.mul(feedback, error);
    const delta = tf.mul(credit, activations[layers[0].activation].slope(rowsOf(now, inputNeurons, hiddenNeurons)));
    let from = 0;
    return layers.slice(0, last).map(({ neurons }) => {
      const part = rowsOf(delta, from, neurons);
      from += neurons;
      return part;
    });
  }

  return gradient;
}
