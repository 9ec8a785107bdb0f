/**
 * What a coroutine is about to do when it hands its thread back, or that it can do nothing until the bell rings; or, in virtual time, that
 * it stands where the run may be paused, and goes on at once unless it is. Whoever resumes it decides when: at once on a thread of its own, in turn with others, or after the time that such work takes in a
 * simulation.
 */
export type Announcement = WorkKind | 'pause' | 'blocked';

/** Turns that take time. */
export type WorkKind = 'step' | 'act' | 'compute' | 'learn';

/** Work that stops at every point where it reads or publishes what is shared, so that one thread can carry many of them. */
export type Coroutine<Result = void> = Generator<Announcement, Result, void>;
