import { referenceKernels } from '../kernels/reference.js';
import { loadMinibatch, type MinibatchScale } from '../replay/minibatch.js';
import type { ReplayRing, RingShape } from '../replay/ring.js';
import type { DenseBatch } from './batch.js';

/** A replay that one thread has to itself. */
export interface OwnRing extends Omit<ReplayRing, 'link' | 'write' | 'next'> {
  /** Copies transitions into one replica's part of a batch, as `loadMinibatch` copies them onto a board. */
  load(slots: Int32Array, replica: number, scale: MinibatchScale, batch: DenseBatch): void;
}

/** A replay outside of any arena: replicas have one each, and an arena has room for one. */
export function createRing(shape: RingShape): OwnRing {
  const { capacity, inputs, explorers } = shape;
  const inputVoltages = new Float32Array(capacity * inputs);
  const acted = new Float32Array(capacity * explorers);
  const rewards = new Float32Array(capacity);
  const kinds = new Int32Array(capacity);
  let count = 0;
  let successors = new Int32Array(0);

  return {
    ...shape,
    inputVoltages,
    acted,
    reward: rewards,
    kind: kinds,
    stored: () => count,
    append(voltages, firstExplorer, reward, kind) {
      const slot = count % capacity;
      inputVoltages.set(voltages.subarray(0, inputs), slot * inputs);
      acted.set(voltages.subarray(firstExplorer, firstExplorer + explorers), slot * explorers);
      rewards[slot] = reward;
      kinds[slot] = kind;
      count += 1;
    },
    load(slots, replica, scale, { size, inputs: voltages, acted: actions, reward, continuation }) {
      const own = (numbers: Float32Array, length: number) => numbers.subarray(replica * length, (replica + 1) * length);
      if (successors.length !== size) successors = new Int32Array(size);
      const transitions = { size, reward: own(reward, size), continuation: own(continuation, size), successors, acted: own(actions, explorers * size) };
      loadMinibatch(referenceKernels, this, slots, scale, { voltages: own(voltages, inputs * 2 * size), lanes: 2 * size }, transitions);
    },
  };
}
