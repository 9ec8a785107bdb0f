import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import type { Turn } from '../schedule/turn.js';

/** What is measured: whole updates, acting ticks and environment steps; and of updates the part before the own rows are stepped. */
const KINDS = ['compute', 'act', 'step', 'forward'] as const;
type Kind = (typeof KINDS)[number];

/** Durations of each kind that a partition keeps: the latest. */
const KEPT = 4096;

/** How long things took, in seconds: what a virtual world may be made of. */
export interface TurnTimes {
  /** Updates of one partition. */
  readonly compute: readonly number[];
  /** Acting ticks of one partition. */
  readonly act: readonly number[];
  /** Environment steps. */
  readonly step: readonly number[];
  /** Share of an update's time that comes before the own rows are stepped. */
  readonly forwardShare: number;
}

export function turnTimeBlocks(partitions: number): BlockRequest[] {
  const owner = 'each partition its own row';
  return [
    { name: 'times', type: 'float64', shape: [partitions, KINDS.length, KEPT], owner },
    { name: 'times/count', type: 'float64', shape: [partitions, KINDS.length], owner },
  ];
}

/** Measures the turns of one partition. */
export interface TurnClock {
  /** A turn is over that was announced as `turn`. @param seconds that it took */
  measure(turn: Turn, seconds: number): void;
}

export function attachTurnClock(arena: Arena, partition: number): TurnClock {
  const times = arena.float64('times');
  const counts = arena.float64('times/count');
  let forward = 0;

  function keep(kind: Kind, seconds: number): void {
    const row = partition * KINDS.length + KINDS.indexOf(kind);
    times[row * KEPT + (counts[row] % KEPT)] = seconds;
    counts[row] += 1;
  }

  return {
    measure(turn, seconds) {
      if (turn === 'compute') forward += seconds;
      else if (turn === 'learn') {
        keep('forward', forward);
        keep('compute', forward + seconds);
        forward = 0;
      } else if (turn !== 'blocked') keep(turn, seconds);
    },
  };
}

/** The durations that partitions have kept. */
export function readTurnTimes(arena: Arena, partitions: number): TurnTimes {
  const times = arena.float64('times');
  const counts = arena.float64('times/count');
  const of = (kind: Kind) =>
    Array.from({ length: partitions }, (_, partition) => {
      const row = partition * KINDS.length + KINDS.indexOf(kind);
      return [...times.subarray(row * KEPT, row * KEPT + Math.min(counts[row], KEPT))];
    }).flat();
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const compute = of('compute');
  return { compute, act: of('act'), step: of('step'), forwardShare: compute.length === 0 ? 0 : sum(of('forward')) / sum(compute) };
}
