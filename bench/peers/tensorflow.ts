import type { Tensor } from '../../src/batched/tensorflow.js';
import { openDevice, type Device } from '../../src/index.js';
import { createStream } from '../../src/random/stream.js';
import type { Racer } from './own.js';

const [OBSERVATIONS, ACTIONS, BATCH] = [8, 2, 64];
const [DISCOUNT, TARGET_RATE, ACTOR_RATE, CRITIC_RATE] = [0.99, 0.005, 1e-4, 1e-3];
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Weights and biases in turn, with their target copies and moments. */
interface Net {
  values: Tensor[];
  target: Tensor[];
  first: Tensor[];
  second: Tensor[];
}

/** A minibatch; each [1, BATCH, n]. */
type Minibatch = Readonly<Record<'state' | 'action' | 'reward' | 'successor', Tensor>>;

/**
 * DDPG's update in TensorFlow.js on WebAssembly, at its best: gradients written out, so that matrices are transposed where the library's own
 * gradients would need products with a transpose flag, which are ten times slower there.
 */
export function createTensorFlowPeer(device: Device): Racer {
  const built = new Map<string, () => void>();
  return {
    name: 'TensorFlow.js wasm',
    threads: 1,
    events: ['update'],
    measure(_event, hidden, seconds) {
      const key = hidden.join();
      const update = built.get(key) ?? createUpdate(device, hidden);
      if (!built.has(key)) for (let i = 0; i < 10; i += 1) update();
      built.set(key, update);
      const begin = performance.now();
      let count = 0;
      while (count === 0 || performance.now() - begin < 1000 * seconds) {
        update();
        count += 1;
      }
      return Promise.resolve((1000 * (performance.now() - begin)) / count);
    },
    close: () => Promise.resolve(), // ends with the process
  };
}

/** @throws RangeError naming `device` where the package is missing */
export const openTensorFlow = async () => createTensorFlowPeer(await openDevice('wasm'));

function createUpdate(device: Device, hidden: readonly number[]): () => void {
  const { tf } = device;
  const stream = createStream(1, 'peers');
  const draw = (rows: number, columns: number, scale = 1) => tf.tensor(Float32Array.from({ length: rows * columns }, () => scale * stream.gaussian()), [1, rows, columns]);
  const actor = createNet(device, [OBSERVATIONS, ...hidden, ACTIONS], draw);
  const critic = createNet(device, [OBSERVATIONS + ACTIONS, ...hidden, 1], draw);
  const minibatch = { state: draw(BATCH, OBSERVATIONS), action: draw(BATCH, ACTIONS, 0.5), reward: draw(BATCH, 1), successor: draw(BATCH, OBSERVATIONS) };
  let count = 0;
  return () => {
    count += 1;
    learn(device, actor, critic, minibatch, count);
  };
}

function createNet({ tf }: Device, sizes: readonly number[], draw: (rows: number, columns: number, scale: number) => Tensor): Net {
  const values = sizes.slice(1).flatMap((size, i) => [draw(sizes[i], size, 1 / Math.sqrt(sizes[i])), draw(1, size, 0)]);
  const copy = (factor: number) => values.map((value) => tf.mul(value, tf.scalar(factor)));
  return { values, target: copy(1), first: copy(0), second: copy(0) };
}

function learn(device: Device, actor: Net, critic: Net, { state, action, reward, successor }: Minibatch, count: number): void {
  const { tf } = device;
  replace(critic, tf.tidy(() => {
    const next = tf.concat([successor, tanh(device, output(device, actor.target, successor))], 2);
    const wanted = tf.add(reward, tf.mul(output(device, critic.target, next), tf.scalar(DISCOUNT)));
    const reads = forward(device, critic.values, tf.concat([state, action], 2));
    const delta = tf.mul(tf.sub(reads[reads.length - 1], wanted), tf.scalar(2 / BATCH));
    return step(device, critic, backward(device, critic.values, reads, delta).gradients, CRITIC_RATE, count);
  }));
  replace(actor, tf.tidy(() => {
    const reads = forward(device, actor.values, state);
    const chosen = tanh(device, reads[reads.length - 1]);
    const judged = forward(device, critic.values, tf.concat([state, chosen], 2));
    const minus = tf.sub(tf.mul(reward, tf.scalar(0)), tf.scalar(1 / BATCH)); // -mean(Q)
    const upon = tf.slice(backward(device, critic.values, judged, minus, true).upon, [0, 0, OBSERVATIONS], [1, BATCH, ACTIONS]);
    const delta = tf.mul(upon, tf.sub(tf.scalar(1), tf.square(chosen)));
    return step(device, actor, backward(device, actor.values, reads, delta).gradients, ACTOR_RATE, count);
  }));
}

const tanh = ({ tf }: Device, x: Tensor) => tf.sub(tf.mul(tf.sigmoid(tf.mul(x, tf.scalar(2))), tf.scalar(2)), tf.scalar(1)); // faster than its tanh

/** What each layer reads, and the last one's weighted inputs. */
function forward({ tf, multiply }: Device, values: readonly Tensor[], input: Tensor): Tensor[] {
  const reads = [input];
  for (let i = 0; i < values.length; i += 2) {
    const z = tf.add(multiply(reads[i / 2], values[i]), values[i + 1]);
    reads.push(i + 2 < values.length ? tf.relu(z) : z);
  }
  return reads;
}

const output = (device: Device, values: readonly Tensor[], input: Tensor) => forward(device, values, input)[values.length / 2];

/** Gradients of weights and biases in turn, and with respect to the input; of an input alone with `only`. */
function backward({ tf, multiply }: Device, values: readonly Tensor[], reads: readonly Tensor[], last: Tensor, only = false): { gradients: Tensor[]; upon: Tensor } {
  const upright = (x: Tensor) => tf.transpose(x, [0, 2, 1]);
  const gradients: Tensor[] = [];
  let delta = last;
  for (let layer = values.length / 2 - 1; layer >= 0; layer -= 1) {
    if (!only) gradients.unshift(multiply(upright(reads[layer]), delta), tf.sum(delta, 1, true));
    if (layer === 0 && !only) break;
    const upon = multiply(delta, upright(values[2 * layer]));
    delta = layer === 0 ? upon : tf.mul(upon, tf.step(reads[layer]));
  }
  return { gradients, upon: delta };
}

/** Adam's step down the gradients, and the target's after it. */
function step({ tf }: Device, { values, target, first, second }: Net, gradients: readonly Tensor[], rate: number, count: number): Net {
  const mix = (old: Tensor, fresh: Tensor, share: number) => tf.add(old, tf.mul(tf.sub(fresh, old), tf.scalar(share)));
  const root = Math.sqrt(1 - ADAM.beta2 ** count);
  const scale = (rate * root) / (1 - ADAM.beta1 ** count);
  const nextFirst = gradients.map((gradient, i) => mix(first[i], gradient, 1 - ADAM.beta1));
  const nextSecond = gradients.map((gradient, i) => mix(second[i], tf.square(gradient), 1 - ADAM.beta2));
  const next = values.map((value, i) => tf.sub(value, tf.div(tf.mul(nextFirst[i], tf.scalar(scale)), tf.add(tf.sqrt(nextSecond[i]), tf.scalar(ADAM.epsilon * root)))));
  return { values: next, target: target.map((each, i) => mix(each, next[i], TARGET_RATE)), first: nextFirst, second: nextSecond };
}

function replace(net: Net, next: Net): void {
  for (const old of [...net.values, ...net.target, ...net.first, ...net.second]) old.dispose();
  Object.assign(net, next);
}
