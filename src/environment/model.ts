import type { Stream } from '../random/stream.js';

/** One possible outcome of an action in a state, as Gymnasium's toy-text tasks list them. */
export type Outcome = readonly [probability: number, next: number, reward: number, terminated: boolean];

/** A finite Markov decision process, known completely. Outcomes of state s and action a lie from offset[s·actions + a] up to offset[s·actions + a + 1]. */
export interface TransitionModel {
  readonly states: number;
  readonly actions: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
  /** [states · actions + 1] */
  readonly offset: Int32Array;
  /** [outcomes], as are the next three */
  readonly probability: Float64Array;
  readonly next: Int32Array;
  readonly reward: Float64Array;
  /** 1 where the outcome ends the episode: its next state then has no value. */
  readonly terminated: Uint8Array;
  /** Probability that an episode starts in a state; [states] */
  readonly initial: Float64Array;
  readonly layout: TableLayout;
}

/** How the states of a model are drawn. */
export interface TableLayout {
  /** A sign for each action, for example `←`; [actions] */
  readonly actions: readonly string[];
  /** A sign for states in which nothing is decided, such as a goal; empty for all others; [states] */
  readonly marks: readonly string[];
  /** Grids of states, row after row. They may leave states out. */
  readonly grids: readonly { readonly title: string; readonly columns: number; readonly states: readonly number[] }[];
}

/**
 * A model from its list of outcomes.
 *
 * @param transitions outcomes, in the order in which they are drawn; [states][actions]
 * @param initial probability of each first state; [states]
 */
export function createModel(transitions: readonly (readonly (readonly Outcome[])[])[], initial: ArrayLike<number>, timeLimit: number, layout: TableLayout): TransitionModel {
  const rows = transitions.flat();
  const outcomes = rows.flat();
  const offset = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => { offset[i + 1] = offset[i] + row.length; });
  return {
    states: transitions.length,
    actions: transitions[0].length,
    timeLimit,
    offset,
    probability: Float64Array.from(outcomes, ([probability]) => probability),
    next: Int32Array.from(outcomes, ([, next]) => next),
    reward: Float64Array.from(outcomes, ([, , reward]) => reward),
    terminated: Uint8Array.from(outcomes, ([, , , terminated]) => Number(terminated)),
    initial: Float64Array.from(initial),
    layout,
  };
}

/** Draws an outcome of an action in a state: one random number, none where there is only one outcome. @returns its index */
export function drawOutcome({ offset, actions, probability }: TransitionModel, state: number, action: number, stream: Stream): number {
  const row = state * actions + action;
  const last = offset[row + 1] - 1;
  let index = offset[row];
  if (index === last) return index;
  for (let rest = stream.uniform() - probability[index]; rest >= 0 && index < last; rest -= probability[index]) index += 1;
  return index;
}

/** Draws a first state: one random number, none where an episode always starts in the same state. */
export function drawFirstState({ initial }: TransitionModel, stream: Stream): number {
  const certain = initial.indexOf(1);
  if (certain >= 0) return certain;
  let state = 0;
  let last = 0;
  for (let rest = stream.uniform(); state < initial.length; state += 1) {
    if (initial[state] === 0) continue;
    last = state;
    rest -= initial[state];
    if (rest < 0) return state;
  }
  return last; // rounding has left a little over
}

/** States in which an agent can have to act: what episodes reach from a first state without having ended. [states], 1 where so */
export function reachableStates({ actions, offset, probability, next, terminated, initial }: TransitionModel): Uint8Array {
  const reached = Uint8Array.from(initial, (chance) => Number(chance > 0));
  const open = [...reached.keys()].filter((state) => reached[state] === 1);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (let i = offset[state * actions]; i < offset[(state + 1) * actions]; i += 1) {
      if (probability[i] === 0 || terminated[i] === 1 || reached[next[i]] === 1) continue;
      reached[next[i]] = 1;
      open.push(next[i]);
    }
  }
  return reached;
}
