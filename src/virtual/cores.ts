import type { EventHandler, World } from './world.js';

/** A task's request for a core: so many seconds of work. A task has one request at a time, in the same object. */
export interface CoreRequest {
  readonly thread: number;
  seconds: number;
  /** Called when the work begins, and again after an interruption. */
  readonly begun?: EventHandler;
  readonly done: EventHandler;
  /** Ends the work: kept for the next one. */
  finish?: EventHandler;
}

/** Work that has begun, until it is done or interrupted. */
interface RunningRequest {
  readonly work: CoreRequest;
  readonly end: number;
  interrupted: boolean;
}

/** Which threads have a core, and which wait for one: plain data. Ends of work under way are events. */
export interface CoresState {
  /** Threads that have a core, in the order in which they got it. */
  readonly running: readonly number[];
  /** Work that waits for a core, the longest first: a thread each, and seconds. */
  readonly held: readonly (readonly [thread: number, seconds: number])[];
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
  /** The work that an event of the queue ends: of a thread, or one that was interrupted; undefined for other events. */
  endedBy(event: EventHandler): CoreRequest | 'interrupted' | undefined;
  state(): CoresState;
  /** Puts back a state. Each thread has one request here. */
  restore(state: CoresState, requests: readonly CoreRequest[]): void;
  /** Puts back work under way, after `restore`. */
  continue(work: CoreRequest | 'interrupted', end: number): void;
}

/**
 * @param count of cores; Infinity: one for every thread
 * @param nothing called instead of `done` at the time at which interrupted work would have been done, and when work begins later than it was requested
 */
export function createCores(count: number, queue: World['queue'], nothing: EventHandler): Cores {
  return count === Infinity ? createOwnCores(queue, nothing) : createSharedCores(count, queue, nothing);
}

/** A core for every thread: nothing is interrupted, and nothing allocated for each work. */
function createOwnCores(queue: World['queue'], nothing: EventHandler): Cores {
  const working: number[] = []; // works under way, by thread
  const ends: number[] = []; // of the last of these
  const requests = new Map<EventHandler, CoreRequest>();

  function finisherOf(work: CoreRequest): EventHandler {
    if (work.finish !== undefined) return work.finish;
    const { thread, done } = work;
    work.finish = () => {
      working[thread] -= 1;
      done();
    };
    requests.set(work.finish, work);
    return work.finish;
  }

  function start(work: CoreRequest, end: number): void {
    working[work.thread] = (working[work.thread] ?? 0) + 1;
    ends[work.thread] = end;
    queue.push(end, finisherOf(work));
  }

  return {
    request(work) {
      const { thread, seconds, begun } = work;
      const begin = (working[thread] ?? 0) > 0 ? Math.max(queue.time, ends[thread]) : queue.time; // one thing after another
      if (begun !== undefined) {
        if (begin > queue.time) {
          queue.push(begin, () => {
            nothing();
            begun();
          });
        } else begun();
      }
      start(work, begin + seconds);
    },
    atWork: (thread) => (working[thread] ?? 0) > 0,
    settle: () => undefined,
    endedBy: (event) => requests.get(event),
    state: () => ({ running: [], held: [] }),
    restore: () => undefined,
    continue(work, end) {
      if (work === 'interrupted') queue.push(end, nothing);
      else start(work, end);
    },
  };
}

function createSharedCores(count: number, queue: World['queue'], nothing: EventHandler): Cores {
  const running = new Map<number, RunningRequest[]>(); // threads that have a core, and their work under way
  const held = new Map<number, CoreRequest[]>(); // threads that wait for a core, the longest first
  const ending = new Map<EventHandler, RunningRequest>();

  function begin(work: CoreRequest): void {
    const own = running.get(work.thread) ?? [];
    const start = Math.max(queue.time, ...own.map((begun) => begun.end)); // one thing after another
    const begun: RunningRequest = { work, end: start + work.seconds, interrupted: false };
    if (work.begun && start > queue.time) {
      queue.push(start, () => {
        nothing();
        if (!begun.interrupted) work.begun?.();
      });
    } else work.begun?.();
    enter(begun);
  }

  function enter(begun: RunningRequest): void {
    const { thread } = begun.work;
    if (!begun.interrupted) running.set(thread, [...(running.get(thread) ?? []), begun]);
    const end = () => {
      ending.delete(end);
      if (begun.interrupted) {
        nothing();
        return;
      }
      running.set(thread, (running.get(thread) ?? []).filter((each) => each !== begun));
      begun.work.done();
    };
    ending.set(end, begun);
    queue.push(begun.end, end);
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
      for (const [thread, begun] of running) if (begun.length === 0) running.delete(thread);
      for (const [thread, works] of held) {
        if (running.size >= count) return;
        held.delete(thread);
        works.forEach(begin);
      }
    },
    endedBy(event) {
      const begun = ending.get(event);
      return begun === undefined ? undefined : begun.interrupted ? 'interrupted' : begun.work;
    },
    state: () => ({ running: [...running.keys()], held: [...held].flatMap(([thread, works]) => works.map(({ seconds }) => [thread, seconds] as const)) }),
    restore(state, requests) {
      for (const thread of state.running) running.set(thread, []);
      for (const [thread, seconds] of state.held) held.set(thread, [{ ...requests[thread], seconds }]);
    },
    continue(work, end) {
      if (work === 'interrupted') enter({ work: { thread: -1, seconds: 0, done: nothing }, end, interrupted: true });
      else enter({ work, end, interrupted: false });
    },
  };
}
