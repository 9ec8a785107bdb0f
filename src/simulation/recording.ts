import { createHash } from 'node:crypto';

import { wrongValue } from '../check.js';
import { ruleOfSettings } from '../rule/registry.js';
import type { Settings } from '../placement/partitioned/settings.js';
import type { SimulationOptions } from '../placement/partitioned/settings.js';
import { resolveActorLearnerSettings, type ActorLearnerOptions, type ActorLearnerSettings } from '../placement/actor-learners/settings.js';
import { resolveSettings } from './options.js';

/**
 * The options of a recorded run: as given, with versioned reads and, in place of central, distributed inference.
 *
 * @throws TypeError or RangeError naming the option, and naming `record` where such a run cannot be recorded
 */
export function recordedOptions(options: SimulationOptions): SimulationOptions {
  const settings = resolveSettings(options);
  const { timing: { inference: acting } } = settings;
  const rule = ruleOfSettings(settings.rule);
  if (rule.locality === 'weights') throw wrongValue('record', `a rule other than ${rule.name}, which reads all weights while they change`, rule.name);
  checkNeedsJournal(settings);
  const recorded = { ...options, timing: { ...options.timing, reads: 'versioned' as const, ...(acting === 'central' && { inference: 'distributed' as const }) } };
  checkRecordable(resolveSettings(recorded));
  return recorded;
}

/** @throws RangeError naming `record` where a run of such settings could not be repeated from a journal */
export function checkRecordable({ timing, lesion, environments }: Settings): void {
  if (environments > 1) throw wrongValue('record', 'one environment: the journal does not hold the order of steps of several', environments);
  if (timing.inference === 'sampled') throw wrongValue('record', 'distributed inference: the journal does not hold which voltages the environment reads', timing.inference);
  if (timing.reads !== 'versioned') throw wrongValue('record', 'timing.reads to be versioned: the latest rows have no version to record', timing.reads);
  if (lesion.step !== null) throw wrongValue('record', 'a run without a lesion: the journal does not hold it', lesion.step);
  if (timing.clocks !== 'partition') throw wrongValue('record', 'clocks of partitions: the journal does not hold which neurons learned in an update', timing.clocks);
}

/** @throws RangeError naming `record` where a run repeats itself without a journal */
function checkNeedsJournal({ schedule, time }: Pick<Settings, 'schedule' | 'time'> | Pick<ActorLearnerSettings, 'schedule' | 'time'>): void {
  if (schedule === 'synchronous') throw wrongValue('record', 'another schedule: a synchronous run repeats itself without a journal', schedule);
  if (time === 'virtual') throw wrongValue('record', 'real time: a run in virtual time repeats itself without a journal', time);
}

/**
 * The options of a recorded run of actor-learners: as given, with ordered updates.
 *
 * @throws TypeError or RangeError naming the option, and naming `record` where such a run repeats itself
 */
export function recordedActorLearnerOptions(options: ActorLearnerOptions): ActorLearnerOptions {
  const settings = resolveActorLearnerSettings(options);
  checkNeedsJournal(settings);
  checkPrompt(settings);
  return { ...options, timing: { ...options.timing, updates: 'ordered' } };
}

/** @throws RangeError naming `record` where a run of such settings could not be repeated from a journal */
export function checkOrdered(settings: ActorLearnerSettings): void {
  checkNeedsJournal(settings);
  checkPrompt(settings);
  if (settings.timing.updates !== 'ordered') throw wrongValue('record', 'timing.updates to be ordered: racy updates have no order to record', settings.timing.updates);
}

/** @throws RangeError naming `record` where gradients are late */
function checkPrompt({ learning: { gradientDelay } }: ActorLearnerSettings): void {
  if (gradientDelay > 0) throw wrongValue('record', 'gradients without delay: the journal does not hold when late ones are applied', gradientDelay);
}

/** What identifies a file of weights. */
export function digestOf(weights: Uint8Array): string {
  return createHash('sha256').update(weights).digest('hex');
}
