import { WORD, type Control } from '../memory/control.js';
import type { EventCount } from '../schedule/event-count.js';
import type { Announcement, Scheduler, Task } from '../schedule/work.js';
import type { PhaseTimer } from './phase-timings.js';

/** A task of a partition on a thread. */
export interface ThreadTask extends Task {
  readonly partition: number;
  /** Undefined if timings are not measured. */
  readonly phaseTimer?: PhaseTimer | undefined;
}

/** Thrown once another thread has failed or the run is closed: nothing is wrong on this thread. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** What a scheduler on a thread uses of the shared memory. */
export interface ThreadContext {
  readonly control: Pick<Control, 'words' | 'heartbeat' | 'hang'>;
  readonly eventCount: EventCount;
}

/** @throws Aborted once the run is aborted */
export function checkAbort({ words }: Pick<Control, 'words'>): void {
  if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed, or the run was closed');
}

/** Counts a heartbeat of a partition whose task is about to be resumed. */
export function beat({ heartbeat }: Pick<Control, 'heartbeat'>, partition: number): void {
  heartbeat.set(partition, heartbeat.get(partition) + 1);
}

/** Injected fault: the thread sleeps for ever. The thread that replaces it does not. */
export function hangIfRequested({ hang }: Pick<Control, 'hang'>, partition: number): void {
  if (hang.get(partition) === 0) return;
  hang.set(partition, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

interface Running<Own> {
  readonly task: Own;
  announced: Announcement;
  ended: boolean;
}

/**
 * Runs tasks cooperatively: resumes each in turn, and sleeps on the event count when all are blocked.
 *
 * @param onResume called before each resumption, to identify a task that throws
 */
export function createCooperativeScheduler<Own extends ThreadTask>(tasks: readonly Own[], { control, eventCount }: ThreadContext, onResume: (task: Own) => void): Scheduler {
  let running = tasks.map((task): Running<Own> => ({ task, announced: 'blocked', ended: false }));
  const timer = tasks.at(0)?.phaseTimer;

  function resume(each: Running<Own>): void {
    const { coroutine, phaseTimer } = each.task;
    const begin = phaseTimer ? performance.now() : 0;
    const { done, value } = coroutine.next();
    if (phaseTimer) phaseTimer.measure(each.announced, begin);
    if (done === true) each.ended = true;
    else each.announced = value;
  }

  /** @returns true if every task is blocked */
  function resumeAll(): boolean {
    let blocked = true;
    for (const each of running) {
      const { task } = each;
      hangIfRequested(control, task.partition);
      onResume(task);
      resume(each);
      if (each.ended || each.announced !== 'blocked') blocked = false;
      beat(control, task.partition);
    }
    return blocked;
  }

  /** Milliseconds until a task may continue without a notification. */
  const shortestDelay = () => running.reduce((least, { task }) => Math.min(least, 1000 * task.wakeDelay()), Infinity);

  return {
    run() {
      while (running.length > 0) {
        const ticket = eventCount.prepare();
        checkAbort(control);
        const blocked = resumeAll();
        if (running.some(({ ended }) => ended)) running = running.filter(({ ended }) => !ended);
        else if (blocked) {
          timer?.onSleep();
          eventCount.wait(ticket, shortestDelay());
          timer?.onWake();
        }
      }
      return true;
    },
  };
}
