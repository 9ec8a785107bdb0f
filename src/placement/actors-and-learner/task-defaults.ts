import type { Layer } from '../../options/resolve.js';
import type { MethodName } from './methods.js';

/** What a task ships with under all value methods, and under one method, where that is not the general default. */
type TaskDefaults = Partial<Record<'value' | 'd4pg' | MethodName, Layer>>;

/** Found with seeds 11 to 36: docs/research.md, entry 37. Supports of atoms hold the scaled returns of the task. */
const TASKS: Readonly<Partial<Record<string, TaskDefaults>>> = {
  'CartPole-v1': {
    value: {
      network: { observationScale: [2.4, 2, 0.21, 2] }, // two components are unbounded
      replay: { steps: 3 },
      categorical: { lowest: 0, highest: 5.5 },
      loss: { errorClip: null },
      learning: { discount: 0.98, rewardScale: 0.1, batch: 256, updatesPerStep: 0.5, finalRateFraction: 0.01 },
      behaviour: { annealing: 0.1 },
    },
  },
  'Acrobot-v1': {
    value: {
      network: { hidden: [64, 64], observationScale: [1, 1, 1, 1, 4, 9] }, // speeds seldom come near their bounds
      replay: { steps: 3 },
      categorical: { lowest: -100, highest: 0 },
      loss: { errorClip: null },
      learning: { batch: 32, warmup: 500, finalRateFraction: 0.01 },
      behaviour: { annealing: 0.05, finalEpsilon: 0.01 },
      steps: 50_000,
    },
  },
  'MountainCar-v0': {
    value: {
      network: { hidden: [64, 64], hiddenGain: 4 },
      replay: { steps: 5 },
      categorical: { lowest: -10, highest: 0 },
      loss: { errorClip: null },
      learning: { rewardScale: 0.1, updatesPerStep: 0.25, finalRateFraction: 0.1 },
      targets: { period: 150 },
      behaviour: { annealing: 0.3 },
      steps: 120_000,
    },
  },
  'Pendulum-v1': {
    d4pg: {
      replay: { sampler: 'uniform', steps: 1 },
      categorical: { lowest: -30, highest: 0 },
      learning: { discount: 0.97, rewardScale: 0.1, criticRate: 3e-3, finalRateFraction: 0.1 },
    },
  },
};

/** The layers of shipped options for a task and a method, the first of which wins. */
export function shippedOptions(environment: string, method: MethodName | 'd4pg'): Layer[] {
  const task = TASKS[environment];
  return [task?.[method], method === 'd4pg' ? undefined : task?.value].filter((layer) => layer !== undefined);
}
