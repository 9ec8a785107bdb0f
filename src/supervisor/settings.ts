import type { KernelName } from '../kernels/kernels.js';
import type { ExplorationScale } from '../network/exploration.js';
import type { DeathSettings } from '../options/death.js';
import type { NeuralSettings } from '../options/neurons.js';
import type { LearningSettings } from '../options/sections.js';
import type { OptimiserName } from '../optimise/optimiser.js';
import type { RuleName } from '../rule/registry.js';
import type { ClockSettings, DisciplineName, ScheduleName } from '../schedule/schedule.js';
import type { VirtualSettings } from '../virtual/settings.js';
import type { ActingName } from './acting.js';
import type { Reads } from './rows.js';

/** When partitions run, what they read of one another, and whether it is measured. */
export interface TimingSettings extends ClockSettings {
  readonly reads: Reads;
  /** Who answers an observation, and whether the action waits for it. */
  readonly acting: ActingName;
  /** Seconds between two strikes of the environment's clock where acting is free; 0: as fast as its host can. */
  readonly environmentPeriod: number;
  /** Whether it is measured how long everything takes: what a virtual world may then be made of. */
  readonly measure: boolean;
  /** Keep the staleness ledger: how old everything was that a partition read of others. */
  readonly ledger: boolean;
  /** Seconds without a sign of life after which a partition's worker is taken for dead and replaced; 0: never. */
  readonly patience: number;
}

/** Everything a run depends on, resolved: plain data, written to the run folder and sent to the workers as it is. */
export interface Settings {
  readonly environment: string;
  readonly network: NeuralSettings;
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
  readonly death: DeathSettings;
  readonly schedule: ScheduleName;
  readonly timing: TimingSettings;
  /** Under the schedule `virtual`, and absent under the others. */
  readonly virtual?: VirtualSettings;
  /** Updates that learning may run ahead of or behind acting; 'off': any number. */
  readonly rateLimit: number | 'off';
  readonly partitions: number;
  /** Environments that the network acts in at once. */
  readonly environments: number;
  /** What does the arithmetic. */
  readonly kernels: KernelName;
  readonly seed: number;
  /** Environment steps of the whole run. */
  readonly steps: number;
}

/** Who waits for whom, in real time or in virtual time. */
export function disciplineOf({ schedule, virtual }: Pick<Settings, 'schedule' | 'virtual'>): DisciplineName {
  return schedule === 'virtual' ? (virtual?.discipline ?? 'hogwild') : schedule;
}
