import { referenceKernels } from '../kernels/reference.js';
import { loadMinibatch, type MinibatchScale } from '../replay/minibatch.js';
import { createRing, type ReplayRing, type RingShape, type SlotKind } from '../replay/ring.js';
import type { BatchedMinibatch } from './minibatch.js';

/** A replay that one thread has to itself. */
export interface OwnRing extends Omit<ReplayRing, 'link' | 'write' | 'next'> {
  /** Writes the next slot, and counts it. */
  append(voltages: Float32Array, firstStochastic: number, reward: number, kind: SlotKind): void;
  /** Copies transitions into one replica's part of a batch, as `loadMinibatch` copies them into activations. */
  load(slots: Int32Array, replica: number, scale: MinibatchScale, batch: BatchedMinibatch): void;
}

/** A replay outside of any arena: replicas have one each, and an arena has room for one. */
export function createOwnRing(shape: RingShape): OwnRing {
  const { capacity, inputs, stochasticNeurons } = shape;
  const arrays = { inputVoltages: new Float32Array(capacity * inputs), sampled: new Float32Array(capacity * stochasticNeurons), reward: new Float32Array(capacity), kind: new Int32Array(capacity) };
  const ring = createRing(shape, arrays, () => count);
  let count = 0;
  let successors = new Int32Array(0);

  return {
    ...ring,
    append(voltages, firstStochastic, reward, kind) {
      ring.write(count, voltages, firstStochastic, reward, kind);
      count += 1;
    },
    load(slots, replica, scale, { size, inputs: voltages, sampled: actions, reward, discounts }) {
      const own = (numbers: Float32Array, length: number) => numbers.subarray(replica * length, (replica + 1) * length);
      if (successors.length !== size) successors = new Int32Array(size);
      const transitions = { size, reward: own(reward, size), discounts: own(discounts, size), successors, sampled: own(actions, stochasticNeurons * size) };
      loadMinibatch(referenceKernels, this, slots, scale, { voltages: own(voltages, inputs * 2 * size), lanes: 2 * size }, transitions);
    },
  };
}
