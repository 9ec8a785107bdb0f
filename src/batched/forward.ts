import type { Device } from './device.js';
import { tensorActivations } from './activations.js';
import type { BatchedShape } from './shape.js';
import type { Tensor } from './tensorflow.js';

/** The voltage dynamic of all replicas at once. Everything returned belongs to the `tidy` around the call. */
export interface Forward {
  /** Each layer's weights [replicas, neurons, sources], and the critic [replicas, features, 1 + outputs], out of all numbers. */
  unpack(values: Tensor): { readonly weights: readonly Tensor[]; readonly critic: Tensor };
  /**
   * Voltages of the hidden layers.
   *
   * @param inputs [replicas, inputs, lanes]
   * @returns what each layer reads, the output layer too, and each hidden layer's voltages; [replicas, neurons, lanes]
   */
  hidden(weights: readonly Tensor[], inputs: Tensor): { readonly read: readonly Tensor[]; readonly voltages: readonly Tensor[] };
  /** v = σ(K v) of layer `layer`. */
  layer(layer: number, weights: Tensor, read: Tensor): Tensor;
}

export function createForward({ tf, multiply, cut }: Device, { layers, inputs: inputNeurons, bias, features, outputs }: BatchedShape, replicas: number): Forward {
  const activations = tensorActivations(tf);
  const shapes = [...layers.map(({ neurons, sources }) => [replicas, neurons, sources]), [replicas, features, 1 + outputs]];
  const layer = (index: number, weights: Tensor, read: Tensor) => activations[layers[index].activation].value(multiply(weights, read));

  return {
    unpack(values) {
      const parts = cut(values, shapes);
      return { weights: parts.slice(0, -1), critic: parts[parts.length - 1] };
    },
    hidden(weights, inputs) {
      const lanes = inputs.shape[2];
      const constant = tf.slice(inputs, [0, 0, 0], [replicas, 1, lanes]);
      const read = [bias ? inputs : tf.slice(inputs, [0, 1, 0], [replicas, inputNeurons - 1, lanes])];
      const voltages: Tensor[] = [];
      for (let index = 0; index + 1 < layers.length; index += 1) {
        const voltage = layer(index, weights[index], read[index]);
        voltages.push(voltage);
        read.push(bias ? tf.concat([constant, voltage], 1) : voltage);
      }
      return { read, voltages };
    },
    layer,
  };
}
