import type { World } from './world.js';

/** A thread's request for a core: so many seconds of work. */
export interface CoreRequest {
  readonly thread: number;
  readonly seconds: number;
  /** Called when the work begins, and again after an interruption. */
  readonly begun?: () => void;
  readonly done: () => void;
}

/** Work that has begun, until it is done or interrupted. */
interface RunningRequest {
  readonly work: CoreRequest;
  readonly end: number;
  interrupted: boolean;
}

/**
 * The cores that threads share. A thread occupies its core while it has work; then the longest-waiting thread gets the core. A thread that
 * wakes up preempts another, as operating systems schedule threads after a sleep.
 */
export interface Cores {
  /** Starts the thread's work, or queues it for a core. */
  request(work: CoreRequest): void;
  /** True while the thread has work under way, or waits for a core. */
  atWork(thread: number): boolean;
  /** Gives the cores of idle threads to those that wait. */
  settle(): void;
}

/**
 * @param count of cores; Infinity: one for every thread
 * @param nothing called instead of `done` at the time at which interrupted work would have been done, and when work begins later than it was requested
 */
export function createCores(count: number, queue: World['queue'], nothing: () => void): Cores {
  const running = new Map<number, RunningRequest[]>(); // threads that have a core, and their work under way
  const held = new Map<number, CoreRequest[]>(); // threads that wait for a core, the longest first

  function begin(work: CoreRequest): void {
    const own = running.get(work.thread) ?? [];
    const start = Math.max(queue.time, ...own.map((begun) => begun.end)); // one thing after another
    const end = start + work.seconds;
    const begun: RunningRequest = { work, end, interrupted: false };
    running.set(work.thread, [...own, begun]);
    if (work.begun && start > queue.time) {
      queue.push(start, () => {
        nothing();
        if (!begun.interrupted) work.begun?.();
      });
    } else work.begun?.();
    queue.push(end, () => {
      if (begun.interrupted) {
        nothing();
        return;
      }
      running.set(work.thread, (running.get(work.thread) ?? []).filter((each) => each !== begun));
      work.done();
    });
  }

  /** The rest of a thread's work waits for a core. */
  function interrupt(thread: number): void {
    let since = queue.time;
    const left = (running.get(thread) ?? []).map((begun): CoreRequest => {
      begun.interrupted = true;
      const seconds = begun.end - since;
      since = begun.end;
      return { ...begun.work, seconds };
    });
    running.delete(thread);
    if (left.length > 0) held.set(thread, left);
  }

  return {
    request(work) {
      const { thread } = work;
      const waiting = held.get(thread);
      if (waiting !== undefined) {
        waiting.push(work);
        return;
      }
      if (!running.has(thread) && running.size >= count) interrupt([...running.keys()][0]);
      begin(work);
    },
    atWork: (thread) => (running.get(thread) ?? []).length > 0 || held.has(thread),
    settle() {
      if (count === Infinity) return;
      for (const [thread, begun] of running) if (begun.length === 0) running.delete(thread);
      for (const [thread, works] of held) {
        if (running.size >= count) return;
        held.delete(thread);
        works.forEach(begin);
      }
    },
  };
}
