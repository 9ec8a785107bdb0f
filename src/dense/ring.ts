import type { MinibatchScale } from '../replay/minibatch.js';
import { SLOT, type ReplayRing, type RingShape } from '../replay/ring.js';
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
    load(slots, replica, { rewardScale, discount }, batch) {
      const { size } = batch;
      for (let b = 0; b < size; b += 1) {
        const slot = slots[b];
        const successor = (slot + 1) % capacity;
        for (let i = 0; i < inputs; i += 1) {
          const row = (replica * inputs + i) * 2 * size;
          batch.inputs[row + b] = inputVoltages[slot * inputs + i];
          batch.inputs[row + size + b] = inputVoltages[successor * inputs + i];
        }
        for (let k = 0; k < explorers; k += 1) batch.acted[(replica * explorers + k) * size + b] = acted[slot * explorers + k];
        batch.reward[replica * size + b] = rewardScale * rewards[slot];
        batch.continuation[replica * size + b] = kinds[slot] === SLOT.terminal ? 0 : discount;
      }
    },
  };
}
