import type { TransitionModel } from '../../environment/model.js';
import { METHODS } from './methods.js';
import type { TabularReport } from './tabular.js';

/** A state as it is shown. */
export interface GridCell {
  /** NaN where nothing is decided. */
  readonly value: number;
  /** The signs of its best actions, or its mark; empty where all actions are alike or no policy is sought. */
  readonly sign: string;
}

export interface ShownGrid {
  readonly title: string;
  readonly columns: number;
  readonly found: readonly GridCell[];
  readonly exact: readonly GridCell[];
  /** States that are left out. */
  readonly omitted: number;
}

/** States of a grid that are shown at most. */
const MOST_CELLS = 480;

/** Actions whose values differ by less, relative to the largest, are shown as equally good. */
const ALIKE = 1e-9;

/** The grids of a task, with what was found and the exact solution. */
export function gridsOf({ settings: { method }, model, values, actionValues, reference, exactActionValues }: Pick<TabularReport, 'settings' | 'model' | 'values' | 'actionValues' | 'reference' | 'exactActionValues'>): ShownGrid[] {
  const showsPolicy = METHODS[method].goal !== 'fixed-policy';
  const cells = (states: readonly number[], of: Float64Array, own: Float64Array) => states.map((state): GridCell => {
    const mark = model.layout.marks[state];
    if (mark !== '' || reference.reachable[state] === 0) return { value: NaN, sign: mark === '' ? '·' : mark };
    return { value: of[state], sign: showsPolicy ? signsOf(model, state, own) : '' };
  });
  return model.layout.grids.map(({ title, columns, states }) => {
    const shown = states.slice(0, Math.max(columns, MOST_CELLS - (MOST_CELLS % columns)));
    return { title, columns, found: cells(shown, values, actionValues), exact: cells(shown, reference.values, exactActionValues), omitted: states.length - shown.length };
  });
}

/** The signs of the best actions of a state; empty where all are equally good. @param actionValues [states, actions], row-major */
export function signsOf({ actions, layout }: TransitionModel, state: number, actionValues: Float64Array): string {
  const row = actionValues.subarray(state * actions, (state + 1) * actions);
  const best = row.reduce((most, each) => Math.max(most, each));
  const signs = layout.actions.filter((_, action) => row[action] >= best - ALIKE * Math.max(1, Math.abs(best)));
  return signs.length === actions ? '' : signs.join('');
}

/** A value in at most six characters, for a cell. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '';
  const size = Math.abs(value);
  if (size >= 1e5) return value.toExponential(0);
  return value.toFixed(size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
