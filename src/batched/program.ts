import type { OptimiserName } from '../optimise/registry.js';
import type { RuleRates } from '../rule/rule.js';
import type { BatchedMinibatch } from './minibatch.js';
import type { Device } from './device.js';
import { createForward } from './forward.js';
import { createGradient } from './gradient.js';
import type { BatchedParameters, BatchedRule } from './parameters.js';
import { tensorOptimiser, type Learned } from './optimiser.js';
import type { BatchedShape } from './shape.js';
import type { Tensor } from './tensorflow.js';

export interface BatchedContext {
  readonly device: Device;
  readonly shape: BatchedShape;
  readonly rule: BatchedRule;
  readonly optimiser: OptimiserName;
  readonly rates: RuleRates;
  /** First numbers; copied. */
  readonly numbers: BatchedParameters;
  readonly replicas: number;
}

/** A batch of networks at work on a device. */
export interface BatchedProgram {
  /** Updates so far. */
  readonly updates: number;
  /**
   * One update of every neuron of every replica, on a minibatch for each.
   *
   * @param rateShare remaining fraction of the learning rates
   */
  learn(batch: BatchedMinibatch, rateShare: number): void;
  /**
   * μ of every replica for its observations.
   *
   * @param inputs voltages of the input neurons; [replicas, inputs, lanes]
   * @returns output voltages; [replicas, outputs, lanes]
   */
  act(inputs: Float32Array, lanes: number): Promise<Float32Array>;
  /** Everything that is learned: laid out as `BatchedParameters.values`. */
  values(): Promise<Float32Array>;
  close(): void;
}

/** What an update replaces: all numbers, and the target copy θ' of the critics; [replicas, 1, features]. */
interface State extends Learned {
  readonly target: Tensor;
}

const tensorsOf = ({ values, first, second, target }: State): Tensor[] => [values, first, second, target];

/** Puts a batch of networks on a device, to learn by `createGradient`'s rules. */
export function createBatchedProgram({ device, shape, rule, optimiser, rates, numbers, replicas }: BatchedContext): BatchedProgram {
  const { tf } = device;
  const { inputs: inputNeurons, layers, features } = shape;
  const last = layers.length - 1;
  const length = numbers.values.length;
  const forward = createForward(device, shape, replicas);
  device.use();
  const feedback = rule === 'broadcast' && features > inputNeurons ? tf.tensor(numbers.feedback.slice(), [replicas, features - inputNeurons, 1]) : undefined;
  const gradient = createGradient(device, shape, replicas, feedback);
  const step = tensorOptimiser(tf, optimiser);
  const rate = tf.tensor(spreadRates(shape, rates, replicas), [length]);
  let state: State = {
    values: tf.tensor(numbers.values.slice(), [length]),
    first: tf.tensor(new Float32Array(length), [length]),
    second: tf.tensor(new Float32Array(length), [length]),
    target: tf.tensor(new Float32Array(replicas * features), [replicas, 1, features]), // θ begins at zero, and so does its copy
  };
  let updates = 0;

  /** θ' ← τθ + (1 - τ)θ'. */
  function follow(values: Tensor, target: Tensor): Tensor {
    const critic = tf.reshape(tf.slice(values, [replicas * shape.weights], [replicas * shape.critic]), [replicas, features, 1 + shape.outputs]);
    const own = tf.reshape(tf.slice(critic, [0, 0, 0], [replicas, features, 1]), [replicas, 1, features]);
    return tf.add(target, tf.mul(tf.sub(own, target), tf.scalar(rates.targetRate)));
  }

  /** Takes the new numbers in place of the old: whatever is not among the new ones goes. */
  function replace(next: State): void {
    const kept = new Set(tensorsOf(next));
    for (const old of tensorsOf(state)) if (!kept.has(old)) old.dispose();
    state = next;
  }

  return {
    get updates() {
      return updates;
    },
    learn(batch, rateShare) {
      device.use();
      updates += 1;
      replace(tf.tidy(() => {
        const learned = step(state, gradient(batch, state.values, state.target), rate, rateShare, updates);
        return { values: learned.values, first: learned.first, second: learned.second, target: follow(learned.values, state.target) };
      }));
    },
    async act(inputs, lanes) {
      device.use();
      const outputVoltages = tf.tidy(() => {
        const { weights } = forward.unpack(state.values);
        const { read } = forward.hidden(weights, tf.tensor(inputs, [replicas, inputNeurons, lanes]));
        return forward.layer(last, weights[last], read[last]);
      });
      const voltages = Float32Array.from(await outputVoltages.data());
      outputVoltages.dispose();
      return voltages;
    },
    values: async () => Float32Array.from(await state.values.data()),
    close() {
      device.use();
      for (const each of [...tensorsOf(state), rate, ...(feedback ? [feedback] : [])]) each.dispose();
    },
  };
}

/** η of every number, laid out as `BatchedParameters.values`: output rows, hidden rows and critics have rates of their own. */
function spreadRates({ layers, critic, weights }: BatchedShape, { criticRate, outputRate, hiddenRate }: RuleRates, replicas: number): Float32Array {
  const rates = new Float32Array(replicas * (weights + critic)).fill(criticRate);
  let from = 0;
  layers.forEach(({ neurons, sources }, index) => {
    const size = replicas * neurons * sources;
    rates.fill(index === layers.length - 1 ? outputRate : hiddenRate, from, from + size);
    from += size;
  });
  return rates;
}
