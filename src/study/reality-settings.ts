import { availableParallelism } from 'node:os';

import { ENVIRONMENT } from '../environment/options.js';
import { InternalError } from '../errors.js';
import { SAME_HIDDEN } from '../network/options.js';
import { STEPS } from '../options/common.js';
import { integer, oneOf } from '../options/kind.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES } from '../rule/registry.js';
import { PARTITIONS } from '../placement/partitioned/settings.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import { traceOf, type Trace } from '../virtual/trace.js';
import type { Options } from './algorithm.js';
import { evaluateEvery, FINAL_EPISODES, SEEDS } from './options.js';
import { planTrials, resolveStudySettings } from './settings.js';
import type { Trial, TrialResult } from './trial.js';

/** Real runs from each seed: they differ, and by how much is what virtual time is measured against. */
export const REAL_RUNS = 2;

/** Durations of each kind that a virtual world is made of: they go into the trial's line. */
const KEPT = 2000;

const REALITY_ROWS = [
  ENVIRONMENT,
  option('algorithm', oneOf(RULE_NAMES), { default: 'broadcast', flag: '--algorithm', help: `how neurons learn: ${RULE_NAMES.join(', ')}`, group: 'Run', everyday: true }),
  vary(PARTITIONS, { default: 2, narrow: () => integer({ min: 2, max: 1024 }) }),
  vary(SEEDS, { help: 'each runs twice for real and once in virtual time, from seeds 1, 2, …' }),
  vary(STEPS, { default: 6000 }),
  vary(SAME_HIDDEN, { shown: 'what the algorithm ships with' }),
  evaluateEvery(6, 'a sixth of the steps'),
  vary(FINAL_EPISODES, { default: 10 }),
] as const;

/** What a user may set of the check of virtual time. */
export type RealityOptions = OptionsOf<(typeof REALITY_ROWS)[number]>;

/** Everything that decides what is checked, resolved: plain data, its config.json. */
export type RealitySettings = SettingsOf<(typeof REALITY_ROWS)[number]>;

export const REALITY = createTable(REALITY_ROWS);

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveRealitySettings(given: RealityOptions = {}): RealitySettings {
  return REALITY.resolve(given, (settings) => { planRealTrials({ ...settings, seeds: 1 }); });
}

function plan({ environment, algorithm, seeds, steps, network, evaluation: { every, final } }: RealitySettings, label: string, options: Options): Trial[] {
  return planTrials(resolveStudySettings({
    environments: [environment],
    algorithms: [{ label, algorithm, options }],
    seeds,
    steps,
    network,
    evaluation: { every, episodes: final, final },
  }));
}

/** The real runs: free running on threads, and measured. */
export function planRealTrials(settings: RealitySettings): Trial[] {
  const { partitions } = settings;
  const trials = plan(settings, 'real', { schedule: 'hogwild', partitions, timing: { measure: true, acting: 'awaited' } });
  return trials.flatMap((trial) => Array.from({ length: REAL_RUNS }, (_, i) => ({ ...trial, label: `real ${i + 1}`, repeat: i + 1 })));
}

/**
 * The same runs in virtual time: each in a world made of what the first real run of its seed took. None for a seed whose real
 * run failed.
 */
export function planVirtualTrials(settings: RealitySettings, real: readonly TrialResult[]): Trial[] {
  const { partitions } = settings;
  const [pattern] = plan({ ...settings, seeds: 1 }, 'virtual', { schedule: 'virtual', partitions });
  return real.flatMap(({ trial, failure, timing }) => {
    if (trial.repeat !== 1 || failure !== null) return [];
    if (timing?.times === undefined) throw new InternalError('a real run that was not measured');
    const virtual = { discipline: 'hogwild', ...worldOf(timing.times, partitions) };
    return [{ ...pattern, seed: trial.seed, options: { ...pattern.options, virtual } }];
  });
}

/** A virtual world like the one in which turns took so long, on so many cores: partitions wait for one another's voltages where each has a core. */
export function worldOf({ compute, act, step, wake, forwardFraction }: PhaseTimings, partitions: number, cores = availableParallelism()) {
  return {
    compute: measured('compute', compute),
    act: measured('act', act),
    step: measured('step', step),
    wake: measured('wake', wake),
    forward: Math.min(1, forwardFraction),
    cores: partitions <= cores ? null : cores,
    waits: partitions <= cores,
  };
}

/** A thinned trace, to a tenth of a microsecond; 0 where nothing was measured. */
function measured(name: string, values: readonly number[]): Trace | number {
  if (values.length === 0) return 0;
  const every = Math.max(1, values.length / KEPT);
  const kept = Array.from({ length: Math.floor(values.length / every) }, (_, i) => values[Math.floor(i * every)]);
  return traceOf(`measured ${name}`, kept.map((value) => Math.max(0, Number(value.toFixed(7)))));
}
