import { runActors, type ThreadReport, type ThreadTask } from '../src/algorithm/tabular/run-actors.js';

/** The task that piscina runs: the actors of one thread. */
export default function tabularTask(task: ThreadTask): ThreadReport {
  return runActors(task);
}
