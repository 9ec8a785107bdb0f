import { describeSeconds, estimateTrials, type TrialEstimate } from './duration.js';
import { runTrials, type PoolOptions, type TrialObserver } from './pool.js';
import { createStudyProgress } from './progress.js';
import type { TrialStore } from './trial-store.js';
import { trialDigest, type Trial, type TrialResult } from './trial.js';

/**
 * Runs the trials that the store does not have yet, and keeps each result as it comes.
 *
 * @returns results of the trials, in their order: of all, unless the signal came first
 */
export async function runTrialsOf(trials: readonly Trial[], store: TrialStore, watcher: TrialObserver, options: PoolOptions): Promise<TrialResult[]> {
  const ended = new Map(store.finished);
  const keeping: TrialObserver = {
    started: (trial) => { watcher.started(trial); },
    progress: (trial, progress) => { watcher.progress(trial, progress); },
    abandoned: (trial) => { watcher.abandoned(trial); },
    finished(result) {
      store.append(result);
      ended.set(result.digest, result);
      watcher.finished(result);
    },
  };
  await runTrials(missingTrials(trials, store), keeping, options);
  return trials.flatMap((trial) => {
    const result = ended.get(trialDigest(trial));
    return result === undefined ? [] : [{ ...result, trial }]; // under the label of this study
  });
}

/** `runTrialsOf` with an estimate and progress on stderr. */
export async function runTrialsWithProgress(trials: readonly Trial[], store: TrialStore, options: PoolOptions): Promise<TrialResult[]> {
  const missing = missingTrials(trials, store);
  const estimate = await estimateTrials(missing, options, (probes) => {
    if (probes > 0) process.stderr.write(`measuring speeds first: ${probes} short probe${probes === 1 ? '' : 's'}\n`);
  });
  if (!options.signal.aborted) process.stderr.write(`${describeWork(trials.length, missing, estimate, options.parallel)}\n`);
  const progress = createStudyProgress(missing, estimate);
  try {
    return await runTrialsOf(trials, store, progress, options);
  } finally {
    progress.stop();
  }
}

/** `25 trials, 10 of them known already; the others 2 at a time: about 6 min` */
function describeWork(planned: number, missing: readonly Trial[], estimate: TrialEstimate, parallel: number): string {
  if (missing.length === 0) return `${planned} trials, all of them known already`;
  const known = planned === missing.length ? '' : `, ${planned - missing.length} of them known already; the others`;
  const seconds = missing.reduce((sum, trial) => sum + estimate(trial), 0) / Math.min(parallel, missing.length);
  return `${planned} trials${known} ${parallel} at a time: about ${describeSeconds(seconds)}`;
}

/** The trials that the store does not have, each once: two labels may name the same trial. */
function missingTrials(trials: readonly Trial[], store: TrialStore): Trial[] {
  const seen = new Set(store.finished.keys());
  return trials.filter((trial) => {
    const digest = trialDigest(trial);
    if (seen.has(digest)) return false;
    seen.add(digest);
    return true;
  });
}
