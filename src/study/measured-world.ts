import { availableParallelism } from 'node:os';

import type { PhaseTimings } from '../runtime/phase-timings.js';
import type { VirtualSettings } from '../virtual/settings.js';
import { traceOf, type Trace } from '../virtual/trace.js';

/** Durations of each kind that a virtual world is made of. They go into the trial's line. */
const KEPT = 2000;

/** The virtual world of measured durations on so many cores. Partitions wait for peers' voltages if each has a core. */
export function worldOf({ compute, act, step, wake, forwardFraction }: PhaseTimings, partitions: number, cores = availableParallelism()) {
  return {
    compute: measured('compute', compute),
    act: measured('act', act),
    step: measured('step', step),
    wake: measured('wake', wake),
    forward: Math.min(1, forwardFraction),
    cores: partitions <= cores ? null : cores,
    peerWait: partitions <= cores,
  } satisfies { readonly [Key in keyof VirtualSettings]?: unknown };
}

/** A thinned trace, to a tenth of a microsecond; 0 without a measurement. */
function measured(name: string, values: readonly number[]): Trace | number {
  if (values.length === 0) return 0;
  const every = Math.max(1, values.length / KEPT);
  const kept = Array.from({ length: Math.floor(values.length / every) }, (_, i) => values[Math.floor(i * every)]);
  return traceOf(`measured ${name}`, kept.map((value) => Math.max(0, Number(value.toFixed(7)))));
}
