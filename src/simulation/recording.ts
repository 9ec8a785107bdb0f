import { createHash } from 'node:crypto';

import { wrongValue } from '../check.js';
import { ruleNamed } from '../rule/registry.js';
import type { Settings } from '../placement/partitioned/settings.js';
import { resolveSettings, type SimulationOptions } from './options.js';

/**
 * The options of a run that can be recorded: as given, but reading one another's rows in whole versions.
 *
 * @throws TypeError or RangeError naming the option, and naming `record` where such a run cannot be recorded
 */
export function recordedOptions(options: SimulationOptions): SimulationOptions {
  const settings = resolveSettings(options);
  const { schedule, timing: { acting } } = settings;
  const rule = ruleNamed(settings.rule.name);
  if (rule.locality === 'weights') throw wrongValue('record', `a rule other than ${rule.name}, which looks at all weights while they change`, rule.name);
  if (schedule === 'synchronous' || schedule === 'virtual') throw wrongValue('record', `a schedule other than ${schedule}, which repeats itself anyway`, schedule);
  const recorded = { ...options, timing: { ...options.timing, reads: 'versioned' as const, ...(acting === 'hosted' && { acting: 'awaited' as const }) } };
  checkRecordable(resolveSettings(recorded));
  return recorded;
}

/** @throws RangeError naming `record` where a run of such settings could not be repeated from a journal */
export function checkRecordable({ timing, death, environments }: Settings): void {
  if (environments > 1) throw wrongValue('record', 'a run in one environment: in which order several step is not kept', environments);
  if (timing.acting === 'free') throw wrongValue('record', 'a run whose actions are awaited: which voltages the environment reads is not kept', timing.acting);
  if (timing.reads !== 'versioned') throw wrongValue('record', 'timing.reads to be versioned: other reads cannot be told from one another', timing.reads);
  if (death.step !== null) throw wrongValue('record', 'a run in which no neurons die: the journal does not keep it', death.step);
  if (timing.clocks !== 'partition') throw wrongValue('record', 'clocks of partitions: which neurons took part in an update is not kept', timing.clocks);
}

/** What tells one file of weights from another. */
export function digestOf(weights: Uint8Array): string {
  return createHash('sha256').update(weights).digest('hex');
}
