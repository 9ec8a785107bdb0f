import fc from 'fast-check';

import { createModel, type Outcome, type TransitionModel } from '../../../src/environment/model.js';
import { makeEnvironment } from '../../../src/environment/registry.js';

/** The table of a shipped task. */
export function modelOf(name: string): TransitionModel {
  const { model } = makeEnvironment(name);
  if (model === undefined) throw new Error(`${name} has no model`);
  return model;
}

/** The state in which the task's episodes start. */
export const startOf = ({ initial }: TransitionModel): number => initial.indexOf(1);

/** A table of the given outcomes that starts in state 0. [states][actions] */
export function tableModel(transitions: readonly (readonly (readonly Outcome[])[])[]): TransitionModel {
  return createModel(transitions, transitions.map((_, state) => Number(state === 0)), 100, {
    actions: transitions[0].map((_, action) => String(action)), marks: transitions.map(() => ''), grids: [{ title: '', columns: transitions.length, states: [...transitions.keys()] }],
  });
}

/** Random tables of 2 to 6 states and 2 or 3 actions. */
export const anyModel: fc.Arbitrary<TransitionModel> = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 3 })).chain(([states, actions]) => {
  const outcome = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(states - 1), fc.integer({ min: -10, max: 10 }), fc.boolean());
  const row = fc.array(outcome, { minLength: 1, maxLength: 3 }).map((list) => {
    const sum = list.reduce((total, [weight]) => total + weight, 0);
    return list.map(([weight, next, reward, terminated]): Outcome => [weight / sum, next, reward, terminated]);
  });
  return fc.array(fc.array(row, { minLength: actions, maxLength: actions }), { minLength: states, maxLength: states }).map(tableModel);
});

/** Values of the states of a model. */
export const anyValues = (states: number) => fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: states, maxLength: states }).map((list) => Float64Array.from(list));

export function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, each, i) => Math.max(most, Math.abs(each - b[i])), 0);
}
