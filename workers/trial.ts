import type { MessagePort } from 'node:worker_threads';

import { loadModules, type ModuleUrls } from '../src/modules.js';
import { runTrial, type Trial, type TrialResult } from '../src/study/trial.js';

/** What the pool hands over. The trial posts its progress on the port; any message the other way ends it. */
export interface TrialTask {
  readonly trial: Trial;
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

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
