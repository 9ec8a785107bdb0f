import { loadModules } from '../src/modules.js';
import type { TrialTask } from '../src/study/pool.js';
import { runTrial, type TrialResult } from '../src/study/trial.js';

/** The task that piscina runs: one trial. What it trains starts worker threads of its own, and ends them. */
export default async function trialTask({ trial, port, modules }: TrialTask): Promise<TrialResult | undefined> {
  const interruption = new AbortController();
  port.on('message', () => {
    interruption.abort();
  });
  try {
    await loadModules(modules);
    return await runTrial(trial, {
      signal: interruption.signal,
      onProgress({ step, runningReturn }) {
        port.postMessage({ step, runningReturn });
      },
    });
  } finally {
    port.close();
  }
}
