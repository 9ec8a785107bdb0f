import type { TrialResult } from './trial.js';

/** Reference returns of a task. */
export interface TaskScore {
  /** Mean return from which on a task counts as learned: set before the measurements, near the published number. */
  readonly threshold: number;
  /** A published mean return. */
  readonly published: number;
  /** Of which method, and after how many steps if that is known. */
  readonly source: string;
}

/** Per task. A task without an entry has no threshold, and no lines in its pictures. */
export const TASK_SCORES: Readonly<Partial<Record<string, TaskScore>>> = {
  'Pendulum-v1': { threshold: -160, published: -152, source: 'DDPG, 20,000 steps' },
  'MountainCarContinuous-v0': { threshold: 90, published: 93.5, source: 'DDPG, 300,000 steps' },
  'CartPole-v1': { threshold: 495, published: 500, source: 'the most the task gives' },
  'Acrobot-v1': { threshold: -100, published: -97, source: 'best neuron team, mean of the first 1,000 episodes' },
  'MountainCar-v0': { threshold: -130, published: -101, source: 'best published agents' },
};

/** Environment steps to the first evaluation at or above a level; undefined without one. */
export function stepsToThreshold(level: number, { curve }: Pick<TrialResult, 'curve'>): number | undefined {
  return curve.find(({ meanReturn }) => meanReturn >= level)?.step;
}
