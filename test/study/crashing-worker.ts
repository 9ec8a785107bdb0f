import type { TrialTask } from '../../src/study/pool.js';
import trialTask from '../../workers/trial.js';
import type { TrialResult } from '../../src/study/trial.js';

/** The worker of a pool that dies under the trial of seed 2. */
export default function crashingTask(task: TrialTask): Promise<TrialResult | undefined> {
  if (task.trial.seed === 2) process.exit(3);
  return trialTask(task);
}
