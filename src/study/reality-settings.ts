import { availableParallelism } from 'node:os';

import { checkInteger, checkKeys, checkName, checkObject } from '../check.js';
import { listEnvironments } from '../environment/registry.js';
import { InternalError } from '../errors.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES, type RuleName } from '../rule/registry.js';
import type { TurnTimes } from '../supervisor/turn-times.js';
import { traceOf, type Trace } from '../virtual/trace.js';
import type { Options } from './algorithm.js';
import { planTrials, resolveStudySettings } from './settings.js';
import type { Trial, TrialResult } from './trial.js';

/** Real runs from each seed: they differ, and by how much is what virtual time is measured against. */
export const REAL_RUNS = 2;

/** Durations of each kind that a virtual world is made of: they go into the trial's line. */
const KEPT = 2000;

/** What a user may set of the check of virtual time. */
export interface RealityOptions {
  environment?: string;
  /** Name of a rule. */
  algorithm?: string;
  partitions?: number;
  /** How many: 1, 2, …, seeds. */
  seeds?: number;
  steps?: number;
  network?: { hidden?: readonly number[] | null };
  evaluation?: { every?: number; final?: number };
}

/** Everything that decides what is checked, resolved: plain data, its config.json. */
export interface RealitySettings {
  readonly environment: string;
  readonly algorithm: RuleName;
  readonly partitions: number;
  readonly seeds: number;
  readonly steps: number;
  readonly network: { readonly hidden: readonly number[] | null };
  readonly evaluation: { readonly every: number; readonly final: number };
}

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveRealitySettings(given: RealityOptions = {}): RealitySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environment', 'algorithm', 'partitions', 'seeds', 'steps', 'network', 'evaluation']);
  const [network, evaluation] = [checkObject('network', options.network ?? {}), checkObject('evaluation', options.evaluation ?? {})];
  checkKeys('network', network, ['hidden']);
  checkKeys('evaluation', evaluation, ['every', 'final']);
  const steps = checkInteger('steps', options.steps ?? 6000, { min: 1, max: 100_000_000 });
  const hidden = network.hidden ?? null;
  const settings: RealitySettings = {
    environment: checkName('environment', options.environment ?? 'Pendulum-v1', listEnvironments()),
    algorithm: checkName('algorithm', options.algorithm ?? 'broadcast', RULE_NAMES),
    partitions: checkInteger('partitions', options.partitions ?? 2, { min: 2, max: 1024 }),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps,
    network: { hidden: hidden === null ? null : checkHidden(hidden) },
    evaluation: {
      every: checkInteger('evaluation.every', evaluation.every ?? Math.ceil(steps / 6), { min: 1 }),
      final: checkInteger('evaluation.final', evaluation.final ?? 10, { min: 1, max: 10_000 }),
    },
  };
  planRealTrials({ ...settings, seeds: 1 });
  return settings;
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
export function worldOf({ compute, act, step, wake, forwardShare }: TurnTimes, partitions: number, cores = availableParallelism()) {
  return {
    compute: measured('compute', compute),
    act: measured('act', act),
    step: measured('step', step),
    wake: measured('wake', wake),
    forward: Math.min(1, forwardShare),
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
