import { WORD } from '../memory/control.js';
import type { Bell } from './bell.js';

export const SCHEDULE_NAMES = ['hogwild', 'synchronous'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/** Thrown out of a wait once another partition has failed: the run is over and nobody is to blame here. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** Decides only when a partition may go on. Learning code calls these and does not know which schedule it runs under. */
export interface Schedule {
  /**
   * Called between a phase that publishes and a phase that reads.
   *
   * @throws Aborted where another partition has failed
   */
  gate(): void;
  /** True while a partition may wait a little for a peer's voltages before it computes them itself. */
  readonly patient: boolean;
}

export interface ScheduleContext {
  readonly words: Int32Array;
  readonly bell: Bell;
  readonly partitions: number;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
}

/** `synchronous`: a barrier at every gate, so that every partition reads what all have written. The reference. */
function synchronous({ words, bell, partitions }: ScheduleContext): Schedule {
  return {
    patient: false, // behind a barrier there is nothing to wait for
    gate() {
      if (partitions === 1) return;
      const generation = Atomics.load(words, WORD.barrierGeneration);
      if (Atomics.add(words, WORD.barrierCount, 1) + 1 === partitions) {
        Atomics.store(words, WORD.barrierCount, 0);
        Atomics.add(words, WORD.barrierGeneration, 1);
        bell.ring();
        return;
      }
      for (;;) {
        const ticket = bell.ticket();
        if (Atomics.load(words, WORD.barrierGeneration) !== generation) return;
        if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
        bell.wait(ticket);
      }
    },
  };
}

/** `hogwild`: free running. Nothing waits, reads of other partitions' critics are racy on purpose. */
function hogwild({ spin }: ScheduleContext): Schedule {
  return { patient: spin, gate: () => undefined };
}

export const SCHEDULES: Record<ScheduleName, (context: ScheduleContext) => Schedule> = { hogwild, synchronous };
