import type { Stream } from '../random/stream.js';

/**
 * A clock that ticks at random: the delays between ticks are independent and exponential with mean 1 / rate, so that
 * ticks are a Poisson process. Ticks that were not consumed queue up; none is lost.
 */
export interface PoissonClock {
  /** True once a tick is due that was not consumed yet. */
  isDue(): boolean;
  /** Consumes the oldest tick. */
  take(): void;
  /** Seconds until a tick is due; 0 if one is. */
  remaining(): number;
  /** Starts the delay to the next tick anew; ticks that are due are lost. The process is memoryless, so that nothing else changes. */
  restart(): void;
  /** The state from which another clock of the same stream continues. */
  state(): ClockState;
  restore(state: ClockState): void;
}

/** Time of the next tick, in seconds, and the number of the draw after that. */
export interface ClockState {
  readonly next: number;
  readonly draw: number;
}

/**
 * @param stream the clock's own: the delay to tick i is its i-th draw
 * @param rate mean ticks per second; > 0
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
