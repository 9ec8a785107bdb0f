import type { Action, Space } from '../environment/environment.js';
import { createStream, type Stream } from '../random/stream.js';

const RUNS = 20;
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** What a law is held against: drawn anew in every run, and the same whenever a suite is repeated. */
export interface Draw {
  /** Of an environment: small, large and the two ends. */
  seed(): number;
  /** Up to `longest` actions of a space, at least one. */
  actions(space: Space, longest: number): Action[];
}

/**
 * Holds a law for `RUNS` draws, from a stream of the law's own.
 *
 * @throws what the law throws, with the number of the draw before its message
 */
export function forAll(law: string, body: (draw: Draw) => void): void {
  const stream = createStream(0, `contract/${law}`);
  for (let run = 0; run < RUNS; run += 1) {
    try {
      body(createDraw(stream, run));
    } catch (error) {
      if (error instanceof Error) error.message = `draw ${run + 1} of ${RUNS}: ${error.message}`;
      throw error;
    }
  }
}

function createDraw(stream: Stream, run: number): Draw {
  return {
    seed() {
      if (run < 2) return run === 0 ? 0 : LARGEST_SEED;
      return Math.floor(LARGEST_SEED ** stream.uniform()); // as many digits as another
    },
    actions: (space, longest) => Array.from({ length: 1 + stream.integer(longest) }, () => anyAction(space, stream)),
  };
}

/** Actions of a space. Those of a box go to three times its bounds, and every fourth number lies on a bound or is 0. */
function anyAction(space: Space, stream: Stream): Action {
  if (space.kind === 'discrete') return stream.integer(space.count);
  return space.low.map((bound, i) => {
    const [low, high] = [Math.max(-1e6, bound), Math.min(1e6, space.high[i])]; // of an unbounded action, what is finite
    return stream.uniform() < 0.25 ? [low, high, 0][stream.integer(3)] : stream.uniformBetween(Math.min(3 * low, low), Math.max(3 * high, high));
  });
}
