import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import type { EventCount } from '../schedule/event-count.js';
import type { Announcement } from '../schedule/work.js';

/** What is measured: whole updates, inference ticks, environment steps and wake-ups; and of each update the part before the own rows are stepped. */
const KINDS = ['compute', 'act', 'step', 'wake', 'forward'] as const;
type Kind = (typeof KINDS)[number];

/** Durations of each kind that a partition keeps: the latest ones. */
const KEPT = 4096;

/** Durations in seconds: the settings of a virtual run may be made of them. */
export interface PhaseTimings {
  /** Updates of one partition. */
  readonly compute: readonly number[];
  /** Inference ticks of one partition. */
  readonly act: readonly number[];
  /** Environment steps. */
  readonly step: readonly number[];
  /** From a notification until a partition that slept, or polled, continues. */
  readonly wake: readonly number[];
  /** Fraction of an update's time before the own rows are stepped. */
  readonly forwardFraction: number;
}

export function phaseTimingBlocks(partitions: number): BlockRequest[] {
  const owner = 'each partition its own row';
  return [
    { name: 'phase-timings', type: 'float64', shape: [partitions, KINDS.length, KEPT], owner },
    { name: 'phase-timings/notified', type: 'float64', shape: [partitions], owner: 'its partition clears it, each notifying thread writes it' },
    { name: 'phase-timings/count', type: 'float64', shape: [partitions, KINDS.length], owner },
  ];
}

/** Measures the work of one partition. */
export interface PhaseTimer {
  /** An update begins within a resumption: the rest of the resumption belongs to the update. */
  beginUpdate(): void;
  /** A resumption has ended that did the announced work. @param begin when it began, by `performance.now()` */
  measure(work: Announcement, begin: number): void;
  /** Milliseconds of the current resumption were spent waiting for a peer: they are no work. */
  countWaiting(milliseconds: number): void;
  /** The thread begins to wait on the event count. */
  onSleep(): void;
  /** The wait has ended. */
  onWake(): void;
}

/** Milliseconds by a clock that all threads share. */
function sharedTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return 1e3 * seconds + nanoseconds / 1e6;
}

/** An event count that records, for each waiting partition, the time of the first notification. */
export function timestampNotifications(bell: EventCount, arena: Arena): EventCount {
  const notified = arena.float64('phase-timings/notified');
  return {
    ...bell,
    notify() {
      const now = sharedTime();
      for (let partition = 0; partition < notified.length; partition += 1) if (notified[partition] === 0) notified[partition] = now; // shared, racy on purpose
      bell.notify();
    },
  };
}

export function attachPhaseTimer(arena: Arena, partition: number): PhaseTimer {
  const times = arena.float64('phase-timings');
  const counts = arena.float64('phase-timings/count');
  const notified = arena.float64('phase-timings/notified');
  let forward = 0;
  let update = 0; // when the latest one began
  let idle = 0; // milliseconds of the current resumption

  function keep(kind: Kind, seconds: number): void {
    const row = partition * KINDS.length + KINDS.indexOf(kind);
    times[row * KEPT + (counts[row] % KEPT)] = seconds;
    counts[row] += 1;
  }

  return {
    beginUpdate() {
      update = performance.now();
    },
    countWaiting(milliseconds) {
      idle += milliseconds;
    },
    onSleep() {
      notified[partition] = 0;
    },
    onWake() {
      if (notified[partition] > 0) keep('wake', (sharedTime() - notified[partition]) / 1000);
    },
    measure(work, begin) {
      const now = performance.now() - idle;
      const end = update > begin ? update : now;
      idle = 0;
      const seconds = (end - begin) / 1000;
      if (work === 'compute') forward += seconds;
      else if (work === 'learn') {
        keep('forward', forward);
        keep('compute', forward + seconds);
        forward = 0;
      } else if (work !== 'blocked' && work !== 'pause') keep(work, seconds);
      forward += (now - end) / 1000; // the batch is loaded before an update's first announced work
    },
  };
}

/** The durations of all partitions. */
export function readPhaseTimings(arena: Arena, partitions: number): PhaseTimings {
  const times = arena.float64('phase-timings');
  const counts = arena.float64('phase-timings/count');
  const of = (kind: Kind) =>
    Array.from({ length: partitions }, (_, partition) => {
      const row = partition * KINDS.length + KINDS.indexOf(kind);
      return [...times.subarray(row * KEPT, row * KEPT + Math.min(counts[row], KEPT))];
    }).flat();
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const compute = of('compute');
  return { compute, act: of('act'), step: of('step'), wake: of('wake'), forwardFraction: compute.length === 0 ? 0 : sum(of('forward')) / sum(compute) };
}
