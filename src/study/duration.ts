import { runTrials, type PoolOptions } from './pool.js';
import { trialSettings, type Trial } from './trial.js';

/** Learning steps of a probe: enough for the compiler to have warmed to them. */
const PROBE_STEPS = 500;

/** A trial this many times longer than a probe is worth one. */
const WORTH_PROBING = 10;

/** Environment steps per second without a measurement. */
const ASSUMED_RATE = 1000;

/** Seconds that a trial takes on one lane of the pool. */
export type TrialEstimate = (trial: Trial) => number;

/**
 * Runs a short probe of each contender on each task, in the pool that the trials will run in. Evaluations are not counted: they
 * take a small part of the time.
 *
 * @param announce gets the number of probes before the first: many of them take a minute or two
 */
export async function estimateTrials(trials: readonly Trial[], options: PoolOptions, announce: (probes: number) => void = ignore): Promise<TrialEstimate> {
  const rates = new Map<string, number>();
  const probes = new Map(trials.filter(({ steps }) => steps >= WORTH_PROBING * PROBE_STEPS).map((trial) => [contender(trial), probe(trial)]));
  announce(probes.size);
  const watcher = { started: ignore, progress: ignore, abandoned: ignore };
  await runTrials([...probes.values()], {
    ...watcher,
    finished({ trial, failure, samplesPerSecond }) {
      if (failure === null) rates.set(contender(trial), samplesPerSecond);
    },
  }, options);
  return (trial) => trial.steps / (rates.get(contender(trial)) ?? ASSUMED_RATE);
}

function ignore(): void {
  // probes are too short to report one by one
}

function contender({ environment, label }: Trial): string {
  return JSON.stringify([environment, label]);
}

/** The trial, cut to its first learning steps, without a lesion. */
function probe(trial: Trial): Trial {
  const { learning } = trialSettings(trial);
  const given = trial.options.learning;
  const warmup = Math.min(learning.warmup ?? 0, learning.batch ?? 0); // 0 for a rule that learns online
  return {
    ...trial,
    steps: warmup + PROBE_STEPS,
    options: { ...trial.options, ...('lesion' in trial.options && { lesion: {} }), ...(learning.warmup !== undefined && { learning: { ...(typeof given === 'object' ? given : {}), warmup } }) },
    evaluation: { every: warmup + PROBE_STEPS, episodes: 1, final: 1 },
  };
}

/** A duration as text: `40 s`, `6 min`, `2.5 h`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
