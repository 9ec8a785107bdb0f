import { InternalError } from '../errors.js';
import type { Scheduler, Task, WorkKind } from '../schedule/work.js';
import { createCores, type CoreRequest, type CoresState } from './cores.js';
import type { EventHandler, World } from './world.js';

/** A task in virtual time. */
export interface VirtualTask extends Task {
  /** The virtual thread that it shares with other tasks: of one thread's tasks, only one works at a time. */
  readonly thread: number;
  /** Seconds that the announced work takes. */
  duration(work: WorkKind): number;
  /** Called when the announced work begins. */
  onBegin?(): void;
  /** Seconds from another thread's notification until this thread has woken up. */
  wakeLatency(): number;
  /** True if it is blocked and would stay blocked if resumed. False: unknown. */
  isIdle?(): boolean;
  /** True if it is at a pause and may not continue. Nothing else happens then. */
  isHeld?(): boolean;
}

/** What a pending event does: it ends the work of a task, by its index, or work that was interrupted. */
export type TaskEvent = number | 'interrupted';

/** Where tasks are at a pause, besides their own states and the events of the queue: plain data. Tasks by their index. */
export interface SchedulerState {
  /** At pauses, in the order in which they came there. */
  readonly pausing: readonly number[];
  /** Blocked, in the order in which they were blocked. */
  readonly blocked: readonly number[];
  readonly cores: CoresState;
}

/** A scheduler whose state can be taken at a pause and put back, if each task has a thread of its own and none wakes up late. */
export interface VirtualScheduler extends Scheduler {
  state(): SchedulerState;
  /** What an event of the queue does to tasks; undefined for an event of another kind. */
  describe(event: EventHandler): TaskEvent | undefined;
  /** Puts back a state, before the first `run`. Tasks continue in the states that they have. */
  restore(state: SchedulerState): void;
  /** Puts an event back into the queue, after `restore`, in the order of the queue. */
  push(time: number, event: TaskEvent): void;
}

/** In place of a thread: an event that concerns all threads, such as a message; and no event. */
const ALL_THREADS = -1;
const NO_THREAD = -2;

/**
 * Runs tasks through virtual time: the work that a task announces is done, and its results published, at the end of the time that it takes. A blocked task is
 * resumed whenever its own thread has done something, when a message has arrived, and, once its thread has woken up, after another thread's notification. If
 * nothing has changed that other tasks may wait for, they are not resumed: the result is the same, and a thousand threads are simulated faster.
 *
 * A task at a pause continues at the same virtual time, after the tasks that the last event concerns. It does so whether or not the run is paused there, so that
 * pauses change nothing. While a task is held, work under way stays as it is, and `run` continues with it.
 *
 * Source: discrete-event simulation, event scheduling (Fishman 2001, chapter 2).
 *
 * @param onResume called before each resumption
 * @param notifications counts the notifications so far
 * @param changes counts the changes that other tasks may wait for; unless given, every notification and message is one
 */
export function createVirtualScheduler<Own extends VirtualTask>(
  tasks: readonly Own[], { queue, settings }: World, onResume: (task: Own) => void, notifications: () => number, changes?: () => number,
): VirtualScheduler {
  const blocked = createBlockedTasks<Own>();
  const wakeTimes = new Map<Own, number>(); // the latest of each task
  const requests = new Map(tasks.map((task): [Own, CoreRequest] => [task, { thread: task.thread, seconds: 0, ...(task.onBegin && { begun: () => task.onBegin?.() }), done: () => { continueTask(task); } }]));
  const cores = createCores(settings.cores ?? Infinity, queue, () => { mover = NO_THREAD; });
  const waking = new Set<number>(); // threads
  const pausing: Own[] = []; // in the order in which they came to their pauses
  let begun = false;
  let mover = NO_THREAD; // the thread that the current event belongs to
  let moved: Own | undefined; // the task that it resumed
  let running = tasks.length;
  let settled = -1; // changes after which every task was resumed

  function resume(task: Own): void {
    onResume(task);
    const { done, value } = task.coroutine.next();
    if (done === true) {
      blocked.delete(task);
      running -= 1;
    } else if (value === 'blocked') {
      blocked.add(task);
      setWakeTime(task, queue.time + task.wakeDelay());
    } else if (value === 'pause') {
      blocked.delete(task);
      pausing.push(task);
    } else {
      blocked.delete(task);
      const request = requestOf(task);
      request.seconds = task.duration(value);
      cores.request(request);
    }
  }

  function requestOf(task: Own): CoreRequest {
    const request = requests.get(task);
    if (request === undefined) throw new InternalError('a task of another scheduler');
    return request;
  }

  function continueTask(task: Own): void {
    mover = task.thread;
    moved = task;
    resume(task);
  }

  function setWakeTime(task: Own, time: number): void {
    if (time === Infinity || wakeTimes.get(task) === time) return;
    wakeTimes.set(task, time);
    queue.push(time, () => {
      if (changes !== undefined && blocked.has(task)) continueTask(task); // nothing has changed for other tasks
    });
  }

  /** Resumes the blocked tasks of a thread, but for one that has just been resumed. */
  function resumeThread(thread: number, but?: Own): void {
    for (const task of blocked.of(thread)) if (task !== but && task.isIdle?.() !== true) resume(task);
  }

  /** Wakes a task's thread after another thread's notification. A working thread resumes its tasks when its work is done. */
  function wakeThread(task: Own): void {
    const { thread } = task;
    if (waking.has(thread) || cores.atWork(thread)) return;
    const seconds = task.wakeLatency();
    if (seconds === 0) {
      resumeThread(thread);
      return;
    }
    waking.add(thread);
    queue.push(queue.time + seconds, () => {
      waking.delete(thread);
      mover = thread;
    });
  }

  function handle(event: () => void): void {
    const before = notifications();
    mover = ALL_THREADS;
    moved = undefined;
    event();
    if (changes?.() === settled) resumeThread(mover, moved);
    else resumeAll(before);
  }

  /** @returns false while a task is held */
  function passPauses(): boolean {
    for (let task = pausing.at(0); task !== undefined; task = pausing.at(0)) {
      if (task.isHeld?.() === true) return false;
      const own = task;
      pausing.shift();
      handle(() => { continueTask(own); });
    }
    return true;
  }

  /** Resumes every task that the event may concern. @param notified notifications before it */
  function resumeAll(notified: number): void {
    const before = changes?.();
    for (const task of blocked.all()) {
      if (!blocked.has(task)) continue;
      if (mover === ALL_THREADS || mover === task.thread) {
        if (task.isIdle?.() !== true) resume(task);
      } else if (notifications() !== notified && task.isIdle?.() !== true) wakeThread(task);
    }
    const all = mover === ALL_THREADS || notifications() !== notified;
    settled = all && changes?.() === before ? (before ?? -1) : -1;
  }

  return {
    run() {
      if (!begun) for (const task of tasks) resume(task);
      begun = true;
      while (passPauses()) {
        cores.settle();
        if (running === 0) return true;
        const event = queue.pop();
        if (event === undefined) throw new InternalError('every partition waits, and nothing is going to happen');
        handle(event);
      }
      return false;
    },
    state: () => ({ pausing: pausing.map((task) => tasks.indexOf(task)), blocked: blocked.all().map((task) => tasks.indexOf(task)), cores: cores.state() }),
    describe(event) {
      const work = cores.endedBy(event);
      return work === undefined || work === 'interrupted' ? work : tasks.findIndex(({ thread }) => thread === work.thread);
    },
    restore(state) {
      begun = true;
      pausing.push(...state.pausing.map((index) => tasks[index]));
      for (const index of state.blocked) blocked.add(tasks[index]);
      cores.restore(state.cores, tasks.map(requestOf));
    },
    push(time, event) {
      if (queue.time > time) throw new InternalError(`an event at virtual time ${time}, when it is ${queue.time} already`);
      cores.continue(event === 'interrupted' ? event : requestOf(tasks[event]), time);
    },
  };
}

/** Blocked tasks, in the order in which they were blocked. */
interface BlockedTasks<Own> {
  add(task: Own): void;
  delete(task: Own): void;
  has(task: Own): boolean;
  all(): readonly Own[];
  /** Those of one thread. */
  of(thread: number): readonly Own[];
}

function createBlockedTasks<Own extends VirtualTask>(): BlockedTasks<Own> {
  const all = new Set<Own>();
  const threads = new Map<number, Set<Own>>();
  return {
    add(task) {
      all.add(task);
      const own = threads.get(task.thread);
      if (own === undefined) threads.set(task.thread, new Set([task]));
      else own.add(task);
    },
    delete(task) {
      if (all.delete(task)) threads.get(task.thread)?.delete(task);
    },
    has: (task) => all.has(task),
    all: () => [...all],
    of(thread) {
      const own = threads.get(thread);
      return own === undefined || own.size === 0 ? [] : [...own];
    },
  };
}
