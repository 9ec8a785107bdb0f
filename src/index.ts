export { checkInteger, checkName, checkObject, describeValue, suggestion, wrongKind, wrongValue } from './check.js';
export { listEnvironments, makeEnvironment } from './environment/registry.js';
export type { Action, BoxSpace, DiscreteSpace, Environment, Space, StepResult } from './environment/environment.js';
export { DivergenceError, InternalError, isOptionError, OptionRangeError, OptionTypeError, PartitionError } from './errors.js';
export { ACTIVATION_NAMES } from './network/activation.js';
export { OPTIMISER_NAMES } from './rule/optimiser.js';
export { RULE_NAMES, RULES } from './rule/registry.js';
export { SCHEDULE_NAMES } from './schedule/schedule.js';
export { resolveSettings, type SimulationOptions } from './simulation/options.js';
export {
  createSimulation,
  type Evaluation,
  type Metrics,
  type Progress,
  type RunReport,
  type Simulation,
} from './simulation/simulation.js';
export type { Staleness } from './supervisor/ledger.js';
export type { Settings } from './supervisor/settings.js';
export type { EpisodeRecord } from './supervisor/supervisor.js';
export { createProgressBar, type ProgressBar } from './telemetry/progress-bar.js';
export { createRunFolder, freeRunPath, RUN_FILES, runFolderName, type RunFolder } from './telemetry/run-folder.js';
export { bootstrapInterval, interquartileMean, mean, stratifiedBootstrapInterval } from './telemetry/statistics.js';
export { createEventWriter, type EventWriter } from './telemetry/tensorboard.js';
export { openStudyFolder, STUDY_FILES, type StudyFolder } from './study/store.js';
export { planTrials, resolveStudySettings, type StudyOptions, type StudySettings } from './study/settings.js';
export { runStudyVisibly } from './study/study.js';
export { summarise, type SummaryRow } from './study/summary.js';
export type { Trial, TrialResult } from './study/trial.js';
