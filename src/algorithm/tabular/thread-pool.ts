import { Piscina } from 'piscina';

import type { ThreadReport, ThreadTask } from './run-actors.js';
import { episodesEnded, stepsBegun, stopRun } from './shared-run.js';

const WORKER = new URL('../../../workers/tabular.js', import.meta.url).href;

/** Milliseconds between two reports of progress. */
const PERIOD = 100;

/** Runs the actors of a run on threads. When it returns, or throws, no thread is left. @param signal ends the run; what was learned stays in the table */
export async function runThreads(task: Omit<ThreadTask, 'thread'>, signal: AbortSignal, onProgress: (step: number, episodes: number) => void): Promise<ThreadReport[]> {
  const { threads, steps, shared: { control } } = task;
  const pool = new Piscina<ThreadTask, ThreadReport>({
    filename: WORKER, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1, idleTimeout: Infinity, atomics: 'disabled', execArgv: ['--enable-source-maps'],
  });
  const stop = () => { stopRun(control); };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  const timer = setInterval(() => { onProgress(Math.min(steps, stepsBegun(control)), episodesEnded(control)); }, PERIOD);
  try {
    return await Promise.all(Array.from({ length: threads }, (_, thread) => pool.run({ ...task, thread })));
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    await pool.destroy();
  }
}
