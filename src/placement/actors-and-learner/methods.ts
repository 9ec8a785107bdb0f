import type { SamplerName } from '../../replay/samplers.js';

/** The parts that value methods with a replay are put together from; each can be set by itself. */
export interface Parts {
  readonly double: boolean;
  readonly dueling: boolean;
  readonly distribution: 'expected' | 'categorical';
  readonly sampler: SamplerName;
  /** n of n-step items. */
  readonly steps: number;
  readonly noisy: boolean;
}

/** A value method that learns from a replay: the parts it has unless they are set otherwise. */
export interface Method extends Parts {
  /** One line for `--help`. */
  readonly summary: string;
}

const PLAIN: Parts = { double: false, dueling: false, distribution: 'expected', sampler: 'uniform', steps: 1, noisy: false };

/**
 * Every method: a further one is one line here.
 *
 * Sources: Mnih et al. 2015; van Hasselt et al. 2016; Wang et al. 2016; Schaul et al. 2016; Bellemare et al. 2017; Fortunato et al. 2018; Hessel et al. 2018.
 */
export const METHODS = {
  dqn: { ...PLAIN, summary: 'a deep Q-network' },
  'double-dqn': { ...PLAIN, double: true, summary: 'a deep Q-network whose online network chooses the action that the target network judges' },
  'dueling-dqn': { ...PLAIN, double: true, dueling: true, summary: 'a deep Q-network with read-outs of their own for value and advantages' },
  'prioritised-dqn': { ...PLAIN, double: true, sampler: 'proportional', summary: 'a deep Q-network that replays items in proportion to their error' },
  c51: { ...PLAIN, distribution: 'categorical', summary: 'a deep Q-network that learns the distribution of returns' },
  'noisy-dqn': { ...PLAIN, noisy: true, summary: 'a deep Q-network that explores by noisy weights' },
  rainbow: { double: true, dueling: true, distribution: 'categorical', sampler: 'proportional', steps: 3, noisy: true, summary: 'Rainbow: double, dueling, prioritised, n-step, categorical and noisy together' },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as MethodName[]; // keys of the object above

export const methodNamed = (name: MethodName): Method => METHODS[name];
