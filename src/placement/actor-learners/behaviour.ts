import type { Action } from '../../environment/environment.js';
import { indexOfHighest } from '../../network/decoder.js';
import { epsilonGreedy } from '../../network/epsilon-greedy.js';
import { createStream, type Stream } from '../../random/stream.js';
import type { ActorLearnersLayout } from './layout.js';

/** How an actor chooses actions from outputs. */
export interface Behaviour {
  /** Draws an action. Writes: `action`, [components]. @param step environment steps of all actors */
  sample(said: Float32Array, stream: Stream, step: number, action: Float32Array): void;
  /** The action without exploration. Writes: `action`. */
  greedy(said: Float32Array, action: Float32Array): void;
  /** The action for an environment; overwritten by the next call. */
  decode(action: Float32Array): Action;
}

/** @param actor whose probability of a random action it is; any in an evaluation, which draws no sample */
export function createBehaviour({ method, distribution, decoder, settings }: ActorLearnersLayout, actor: number): Behaviour {
  const decode = decoder.space.kind === 'discrete' ? (action: Float32Array) => action[0] : decoder.decode;
  if (method.kind === 'policy') return { sample: (said, stream, _step, action) => { distribution.sample(said, stream, action); }, greedy: (said, action) => { distribution.mode(said, action); }, decode };
  const final = finalEpsilon(settings, actor);
  const fall = (settings.behaviour?.annealing ?? 0) * settings.steps;
  return {
    sample(said, stream, step, action) {
      const epsilon = step >= fall ? final : 1 + (final - 1) * (step / fall);
      action[0] = epsilonGreedy(said, epsilon, stream);
    },
    greedy(said, action) {
      action[0] = indexOfHighest(said);
    },
    decode,
  };
}

/** The probability of a random action that an actor's falls to: drawn once, from a stream of its own. */
export function finalEpsilon({ seed, behaviour }: ActorLearnersLayout['settings'], actor: number): number {
  const { finalEpsilons, odds } = behaviour ?? { finalEpsilons: [0], odds: [1] };
  let left = createStream(seed, `actor${actor}/epsilon`).uniform() * odds.reduce((sum, each) => sum + each, 0);
  const chosen = odds.findIndex((each) => (left -= each) < 0);
  return finalEpsilons[chosen] ?? finalEpsilons[finalEpsilons.length - 1];
}
