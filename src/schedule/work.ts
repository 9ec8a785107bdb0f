/** Work that a coroutine announces before it does it. Work takes time. */
export type WorkKind = 'step' | 'act' | 'compute' | 'learn';

/**
 * What a coroutine yields: the work that it does when resumed; `blocked`, if it cannot continue until something changes; or `pause`, a point of virtual
 * time where the run may be paused.
 */
export type Announcement = WorkKind | 'pause' | 'blocked';

/** Work that yields at every point where it reads or publishes shared data, so that one thread can run many of them. */
export type Coroutine<Result = void> = Generator<Announcement, Result, void>;

/** A coroutine as a scheduler runs it. */
export interface Task {
  readonly coroutine: Coroutine;
  /** Seconds until a blocked task may continue without a notification; Infinity if it cannot. */
  wakeDelay(): number;
}

/** Runs the tasks of a command on one thread: in real time (`runtime/cooperative.ts`) or in virtual time (`virtual/scheduler.ts`). */
export interface Scheduler {
  /**
   * Runs all tasks to their ends, or until one is held at a pause; then it can be called again.
   *
   * @returns true if all tasks have ended
   */
  run(): boolean;
}
