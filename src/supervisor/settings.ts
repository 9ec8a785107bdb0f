import type { ActivationName } from '../network/activation.js';
import type { OptimiserName } from '../rule/optimiser.js';
import type { RuleName } from '../rule/registry.js';
import type { ScheduleName } from '../schedule/schedule.js';

/** Everything a run depends on, resolved: plain data, written to the run folder and sent to the workers as it is. */
export interface Settings {
  readonly environment: string;
  readonly network: {
    /** Neurons in each hidden layer. */
    readonly hidden: readonly number[];
    readonly activation: ActivationName;
    readonly outputActivation: ActivationName;
    readonly bias: boolean;
    /** Standard deviation of first weights times √inputs, of hidden and of output neurons. */
    readonly hiddenGain: number;
    readonly outputGain: number;
    /** What each component of the observation is divided by; null: from the space's bounds. */
    readonly observationScale: readonly number[] | null;
  };
  readonly exploration: {
    /** Standard deviation of the noise on output and hidden voltages, and on output voltages during the warm-up. */
    readonly output: number;
    readonly hidden: number;
    readonly warmup: number;
  };
  readonly rule: {
    readonly name: RuleName;
    readonly criticRate: number;
    readonly outputRate: number;
    readonly hiddenRate: number;
    readonly targetRate: number;
    /** Share of the learning rates left at the last step; they fall to it in a straight line. */
    readonly finalRate: number;
    readonly optimiser: OptimiserName;
  };
  readonly learning: {
    readonly discount: number;
    readonly rewardScale: number;
    /** Transitions in a minibatch. */
    readonly batch: number;
    /** Slots of the replay ring. */
    readonly replay: number;
    /** Environment steps before the first update. */
    readonly warmup: number;
    readonly updatesPerStep: number;
  };
  readonly schedule: ScheduleName;
  /** Updates that learning may run ahead of or behind acting; 'off': any number. */
  readonly rateLimit: number | 'off';
  readonly partitions: number;
  readonly seed: number;
  /** Environment steps of the whole run. */
  readonly steps: number;
}
