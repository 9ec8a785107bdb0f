/** A box of real numbers; bounds may be infinite. */
export interface BoxSpace {
  readonly kind: 'box';
  readonly shape: readonly [number];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The actions 0, 1, …, count - 1. */
export interface DiscreteSpace {
  readonly kind: 'discrete';
  readonly count: number;
}

export type Space = BoxSpace | DiscreteSpace;

/** A whole number for a discrete space, numbers for a box. */
export type Action = number | ArrayLike<number>;

export interface StepResult {
  /** The caller's own: never overwritten. */
  readonly observation: Float64Array;
  readonly reward: number;
  /** The task ended here: nothing follows, and a learner drops its bootstrap. */
  readonly terminated: boolean;
  /** The time limit cut the episode: a learner keeps its bootstrap. */
  readonly truncated: boolean;
}

/** What every environment offers; ids, spaces, dynamics, rewards and time limits are Gymnasium's. */
export interface Environment {
  readonly id: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: Space;
  /**
   * Starts an episode; with `seed`, from the start of that seed's random stream, else further along the present one.
   *
   * @throws TypeError or RangeError naming `seed`
   */
  reset(options?: { seed?: number }): Float64Array;
  /**
   * One step. A box action is rounded to float32, the kind of number Gymnasium's boxes hold; beyond the bounds it is
   * treated as Gymnasium treats it.
   *
   * @throws TypeError or RangeError naming `action`; Error where no episode is running: before the first reset, or after
   *   an episode has ended
   */
  step(action: Action): StepResult;
  /**
   * Everything needed to go on exactly from here, later resets included: the physical state in Gymnasium's order, then
   * elapsed steps, 1 where no episode is running (else 0), and position and seed of the random stream.
   */
  getState(): number[];
  /**
   * Restores what `getState` gave. The physical state alone will do: elapsed steps and random stream then stay as they
   * are, and the episode counts as running.
   *
   * @throws TypeError or RangeError naming `state`
   */
  setState(state: ArrayLike<number>): void;
  close(): void;
}

/** An ended episode. */
export interface EpisodeRecord {
  /** Environment step at its end. */
  readonly step: number;
  /** Number of the episode, from 1. */
  readonly episode: number;
  readonly return: number;
  readonly length: number;
}

/** A box of the given bounds. */
export function box(low: readonly number[], high: readonly number[]): BoxSpace {
  return { kind: 'box', shape: [low.length], low, high };
}
