import type { ExplorationScale } from '../network/exploration.js';
import type { LearningSettings, NetworkSettings } from '../options/sections.js';
import type { OptimiserName } from '../rule/optimiser.js';
import type { RuleName } from '../rule/registry.js';
import type { ClockSettings, ScheduleName } from '../schedule/schedule.js';
import type { Reads } from './rows.js';

/** When partitions run, and what they read of one another. */
export interface TimingSettings extends ClockSettings {
  readonly reads: Reads;
  /** Seconds without a sign of life after which a partition's worker is taken for dead and replaced; 0: never. */
  readonly patience: number;
}

/** Everything a run depends on, resolved: plain data, written to the run folder and sent to the workers as it is. */
export interface Settings {
  readonly environment: string;
  readonly network: NetworkSettings;
  readonly exploration: ExplorationScale;
  readonly rule: {
    readonly name: RuleName;
    readonly criticRate: number;
    readonly outputRate: number;
    readonly hiddenRate: number;
    readonly targetRate: number;
    /** Share of the learning rates left at the last step; they fall to it in a straight line. */
    readonly finalRate: number;
    /** λ of eligibility traces; 0 for a rule that keeps none. */
    readonly traceDecay: number;
    readonly optimiser: OptimiserName;
  };
  readonly learning: LearningSettings;
  readonly schedule: ScheduleName;
  readonly timing: TimingSettings;
  /** Updates that learning may run ahead of or behind acting; 'off': any number. */
  readonly rateLimit: number | 'off';
  readonly partitions: number;
  readonly seed: number;
  /** Environment steps of the whole run. */
  readonly steps: number;
}
