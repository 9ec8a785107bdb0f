import { MessageChannel, type MessagePort } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { moduleUrls, type ModuleUrls } from '../modules.js';
import { crashedTrial, type Trial, type TrialProgress, type TrialResult } from './trial.js';

const WORKER = new URL('../../workers/trial.js', import.meta.url).href;

/** What the pool hands over. The trial posts its progress on the port; any message the other way ends it. */
export interface TrialTask {
  readonly trial: Trial;
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

type TrialPool = Piscina<TrialTask, TrialResult | undefined>;

/** Callbacks about the trials of a pool. An exception in one of them ends the study. */
export interface TrialObserver {
  started(trial: Trial): void;
  progress(trial: Trial, progress: TrialProgress): void;
  finished(result: TrialResult): void;
  /** The signal ended the trial, which has no result. */
  abandoned(trial: Trial): void;
}

export interface PoolOptions {
  /** Trials at a time. */
  readonly parallel: number;
  /** Abandons the trials under way, and starts no more. */
  readonly signal: AbortSignal;
  /** Module that runs a trial; another one for tests. */
  readonly worker?: string;
}

/**
 * Runs trials on worker threads, in the given order, `parallel` at a time. A worker that fails ends its trial and no
 * other. When it returns, or throws, no worker is left.
 */
export async function runTrials(trials: readonly Trial[], watcher: TrialObserver, { parallel, signal, worker = WORKER }: PoolOptions): Promise<void> {
  const lanes = Math.min(parallel, trials.length);
  if (lanes === 0) return;
  const pool: TrialPool = new Piscina({
    filename: worker,
    minThreads: lanes,
    maxThreads: lanes,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    atomics: 'disabled', // a trial receives messages from its port and its own workers
    execArgv: ['--enable-source-maps'],
  });
  pool.on('error', () => undefined); // a replacement that fails to load; the task itself reports that its worker ended
  const queue = trials.values(); // every lane takes its next trial from here
  const failure = new AbortController();
  const ending = AbortSignal.any([signal, failure.signal]);
  const lane = async () => {
    for (const trial of queue) {
      if (ending.aborted) return;
      try {
        await runOne(pool, trial, watcher, ending);
      } catch (error) {
        failure.abort(error); // the other lanes abandon their trials
        return;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await pool.destroy();
  }
  if (failure.signal.aborted) throw failure.signal.reason;
}

async function runOne(pool: TrialPool, trial: Trial, watcher: TrialObserver, signal: AbortSignal): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const stop = () => {
    port1.postMessage('stop');
  };
  port1.on('message', (progress: TrialProgress) => {
    watcher.progress(trial, progress);
  });
  signal.addEventListener('abort', stop);
  watcher.started(trial);
  try {
    const result = await submit(pool, { trial, modules: moduleUrls(), port: port2 });
    if (result === undefined) watcher.abandoned(trial);
    else watcher.finished({ ...result, trial }); // this very object: the answer holds a copy
  } finally {
    signal.removeEventListener('abort', stop);
    port1.close();
  }
}

/** The trial's result, that of a failed worker included. */
async function submit(pool: TrialPool, task: TrialTask): Promise<TrialResult | undefined> {
  try {
    return await pool.run(task, { transferList: [task.port] });
  } catch (error) {
    return crashedTrial(task.trial, `its worker died (${error instanceof Error ? error.message : String(error)})`);
  }
}
