import { gridChart } from '../report/grid-chart.js';
import { lineChart } from '../report/line-chart.js';
import type { Svg } from '../report/svg.js';
import { gridsOf, shortNumber, signsOf, type GridCell, type ShownGrid } from '../algorithm/tabular/grid.js';
import { METHODS } from '../algorithm/tabular/methods.js';
import type { TabularReport } from '../algorithm/tabular/tabular.js';

const titleOf = ({ task, settings: { method, seed } }: TabularReport) => `${task}: ${method}${METHODS[method].kind === 'model' ? '' : `, seed ${seed}`}`;

/** Values and policy on the grid: what was found, and beside it the exact solution. */
export function drawGrid(report: TabularReport): Promise<Svg> {
  const panel = (name: string, { title, columns }: ShownGrid, cells: readonly GridCell[]) => ({
    title: title === '' ? name : `${name}, ${title}`, columns, cells: cells.map(({ value, sign }) => ({ value, sign, text: shortNumber(value).replace('-', '−') })),
  });
  const panels = gridsOf(report).flatMap((grid) => [panel('found', grid, grid.found), panel('exact', grid, grid.exact)]);
  return gridChart({ title: titleOf(report), subtitle: 'Value of each state, and its best action', value: 'value', panels });
}

/** The error over time. */
export function drawErrors(report: TabularReport): Promise<Svg> {
  const { errors, settings: { method } } = report;
  const series = ([['root mean square over states', 'rms'], ['largest', 'max'], ['mean value of a first state', 'start']] as const).map(([name, key]) => ({
    name, points: errors.map((point) => ({ x: point.step, y: point[key] })),
  }));
  return lineChart({
    title: titleOf(report), subtitle: 'Error of the values against the exact solution', yLog: true,
    x: METHODS[method].kind === 'model' ? 'iterations' : 'environment steps', y: 'absolute error of values', panels: [{ title: '', series }],
  });
}

/** The error over time, as comma-separated values. */
export function errorsCsv({ errors }: TabularReport): string {
  return csv(['step', 'rms', 'max', 'start'], errors.map(({ step, rms, max, start }) => [step, rms, max, start]));
}

/** A line for each state: what was found, and the exact solution. */
export function valuesCsv({ model, values, actionValues, reference, exactActionValues }: TabularReport): string {
  const states = [...values.keys()];
  return csv(
    ['state', 'reachable', 'value', 'exact', 'best', 'exact best', ...model.layout.actions.map((sign) => `value of ${sign}`)],
    states.map((state) => [
      state, reference.reachable[state], values[state], reference.values[state], signsOf(model, state, actionValues), signsOf(model, state, exactActionValues),
      ...actionValues.subarray(state * model.actions, (state + 1) * model.actions),
    ]),
  );
}

function csv(names: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => (typeof value === 'string' && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value));
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
