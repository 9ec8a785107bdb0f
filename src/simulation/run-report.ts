import type { Supervisor } from '../placement/partitioned/supervisor.js';
import { joinStaleness, type Staleness } from '../placement/partitioned/staleness.js';
import { mean } from '../telemetry/statistics.js';
import { reportRates } from './measure.js';
import type { RunReport } from './training.js';

/** The counters of a run at one moment. */
export interface RunCounters {
  readonly step: number;
  /** Mean over partitions. */
  readonly updates: number;
  /** Undefined in real time. */
  readonly virtualSeconds: number | undefined;
}

export function countersOf(supervisor: Supervisor): RunCounters {
  return { step: supervisor.steps, updates: meanUpdates(supervisor), virtualSeconds: supervisor.virtualSeconds };
}

/** Updates so far: the mean over partitions. */
export function meanUpdates(supervisor: Supervisor): number {
  return mean(Array.from({ length: supervisor.layout.settings.partitions }, (_, partition) => supervisor.updates(partition)));
}

/** Virtual time since `begin`, in seconds; nothing in real time. */
export function virtualTime({ virtualSeconds }: Pick<Supervisor, 'virtualSeconds'>, begin = 0): { readonly virtualSeconds?: number } {
  return virtualSeconds === undefined ? {} : { virtualSeconds: virtualSeconds - begin };
}

export function actionTimingOf(supervisor: Supervisor): Pick<RunReport, 'actionTiming'> {
  const actionTiming = supervisor.actionTiming();
  return actionTiming === undefined ? {} : { actionTiming };
}

export function stalenessOf(supervisor: Supervisor): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] } {
  const partitions = supervisor.staleness();
  return { staleness: joinStaleness(partitions), partitions };
}

/** The measurements of a run since `begin`. @param seconds of training */
export function reportRun(supervisor: Supervisor, begin: RunCounters, goal: number, seconds: number): Omit<RunReport, 'workerRestarts'> {
  const { ownership, topology } = supervisor.layout;
  const { staleness, partitions } = stalenessOf(supervisor);
  return {
    ...reportRates(supervisor.steps - begin.step, meanUpdates(supervisor) - begin.updates, seconds),
    stopped: supervisor.steps < goal,
    staleness,
    ...actionTimingOf(supervisor),
    ...virtualTime(supervisor, begin.virtualSeconds),
    partitions: ownership.map((ranges, partition) => ({
      partition,
      neurons: ranges.reduce((sum, range) => sum + (range.begin < topology.inputs.end ? 0 : range.end - range.begin), 0),
      updates: supervisor.updates(partition),
      ...partitions[partition],
    })),
  };
}
