import type { Stream } from '../random/stream.js';

/**
 * A clock that strikes at random: the waits between strikes are independent and exponential with mean 1 / rate, so that
 * strikes are a Poisson process. Strikes that nobody took wait their turn; none is lost.
 */
export interface PoissonClock {
  /** True once a strike is due that was not taken yet. */
  isDue(): boolean;
  /** Takes the oldest strike. */
  take(): void;
  /** Seconds until a strike is due; 0 where one is. */
  remaining(): number;
  /** Strikes as if it had just begun: who has not looked at it since now cannot tell the difference, but for strikes that were due. */
  restart(): void;
  /** All that a clock of the same stream needs to strike as this one would. */
  state(): ClockState;
  restore(state: ClockState): void;
}

/** When a clock strikes next, in seconds, and the number of the draw after that. */
export interface ClockState {
  readonly next: number;
  readonly draw: number;
}

/**
 * @param stream of the clock's own: strike i is its i-th draw
 * @param rate mean strikes per second; > 0
 * @param now seconds; never goes back
 */
export function createPoissonClock(stream: Stream, rate: number, now: () => number): PoissonClock {
  const wait = () => -Math.log(1 - stream.uniform()) / rate;
  let next = now() + wait();
  return {
    isDue: () => next <= now(),
    take() {
      next += wait();
    },
    remaining: () => Math.max(0, next - now()),
    restart() {
      next = now() + wait();
    },
    state: () => ({ next, draw: stream.position }),
    restore(state) {
      next = state.next;
      stream.position = state.draw;
    },
  };
}
