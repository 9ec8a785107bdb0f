import colours from 'picocolors';

import { gridsOf, METHODS, shortNumber, type GridCell, type ShownGrid } from '../src/entries/internals.js';
import type { TabularReport } from '../src/index.js';

/** The result of a run: printed by `--json`, kept in `result.json`. */
export interface TabularResult extends Pick<TabularReport, 'steps' | 'episodes' | 'updates' | 'lostUpdates' | 'seconds' | 'evaluation' | 'random'> {
  readonly scenario: 'tabular';
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly method: string;
  readonly seed: number;
  /** Whether the same command gives the same numbers again. */
  readonly repeatable: boolean;
  /** Of the values against the exact solution, over states that can be reached; null where the run was stopped before the exact solution or the first step. */
  readonly error: { readonly rms: number; readonly max: number; readonly start: number } | null;
  /** Mean value of a first state. */
  readonly startValue: number;
  readonly exactStartValue: number;
  readonly runFolder: string;
}

/** Columns that two grids may take side by side. */
const WIDTH = 120;

const BARS = '▁▂▃▄▅▆▇█';

/** Prints what was found for people, on stderr: stdout is for machines. */
export function printTabular(report: TabularReport, result: TabularResult): void {
  const { task, settings: { method, seed, schedule, actors = 1, threads = 1 }, errors, steps, episodes, updates, lostUpdates, seconds } = report;
  const { status, error, evaluation, random, startValue, exactStartValue, repeatable, runFolder } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const count = (number: number, what: string) => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
  const isPlanned = METHODS[method].kind === 'model';
  const where = schedule === undefined ? '' : `, ${schedule} with ${count(actors, 'actor')} on ${count(threads, 'thread')}`;
  const samples = updates === 0 ? '' : `, ${count(updates, 'update')}`;
  const played = METHODS[method].goal === 'fixed-policy' ? 'evaluated policy' : 'greedy policy';
  if (process.stderr.isTTY) process.stderr.clearLine(0); // an interrupted progress bar may have left its line behind
  process.stderr.write([
    '',
    colours.bold(`${task}: ${method}${where}${isPlanned ? '' : `, seed ${seed}`}, ${status}`),
    ...gridsOf(report).flatMap(drawGrids),
    line('first state', `${startValue.toPrecision(10)} its mean value${error === null ? '' : `, ${exactStartValue.toPrecision(10)} exactly`}`),
    ...(error === null ? [] : [
      line('error', `${error.rms.toExponential(2)} root mean square over states, ${error.max.toExponential(2)} at most`),
      line('error over time', `${sparkline(errors.map(({ rms }) => rms))} from ${(errors.at(0)?.rms ?? 0).toExponential(2)} to ${error.rms.toExponential(2)}, on a logarithmic scale`),
    ]),
    ...(evaluation.episodes === 0 ? [] : [line(played, `${colours.green(evaluation.meanReturn.toFixed(2))} mean return of ${count(evaluation.episodes, 'episode')} [95 %: ${evaluation.interval.map((end) => end.toFixed(2)).join(', ')}]`)]),
    ...(random.episodes === 0 ? [] : [line('random policy', `${random.meanReturn.toFixed(2)} on as many episodes`)]),
    line(isPlanned ? 'planning' : 'learning', `${count(steps, isPlanned ? 'iteration' : 'env step')}${isPlanned ? '' : `, ${count(episodes, 'episode')}${samples}`} in ${seconds.toFixed(2)} s`),
    ...(schedule === 'hogwild' && threads > 1 ? [line('lost updates', `${lostUpdates.toLocaleString('en')} of ${updates.toLocaleString('en')} (${((100 * lostUpdates) / Math.max(1, updates)).toFixed(3)} %)${lostUpdates === 0 ? '' : ': another thread\'s write undid them'}`)] : []),
    ...(repeatable ? [] : [line('repeatable', 'no: it depends on the seed and on when threads ran; --schedule synchronous and --threads 1 repeat themselves')]),
    line('pictures', 'values.svg, errors.svg; numbers in values.csv and errors.csv'),
    line('run folder', runFolder),
    '',
  ].join('\n'));
}

/** What was found, and beside or below it the exact solution. */
function drawGrids({ title, columns, found, exact, omitted }: ShownGrid): string[] {
  const text = ({ value, sign }: GridCell) => `${shortNumber(value)}${Number.isFinite(value) ? ' ' : ''}${sign}`;
  const width = Math.max(...[...found, ...exact].map((cell) => text(cell).length)) + 2;
  const rows = (cells: readonly GridCell[]) => Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns).map((cell) => {
      const padded = text(cell).padStart(width);
      return Number.isFinite(cell.value) ? padded : colours.dim(padded);
    }).join(''));
  const [left, right] = [rows(found), rows(exact)];
  const name = (words: string) => (title === '' ? words : `${words}, ${title}`);
  const rest = omitted === 0 ? [] : [`  and ${omitted.toLocaleString('en')} more states; values.csv has them all`];
  if (2 * columns * width + 4 > WIDTH) return [`  ${name('found')}`, ...left, `  ${name('exact')}`, ...right, ...rest, ''];
  const head = `  ${name('found').padEnd(Math.max(columns * width, 6) + 2)}  ${name('exact')}`;
  return [head, ...left.map((row, i) => `${row}    ${right[i]}`), ...rest, ''];
}

/** A curve in one line, on a logarithmic scale; at most 40 characters. */
function sparkline(values: readonly number[]): string {
  const most = 40;
  const sampled = values.length <= most ? values : Array.from({ length: most }, (_, i) => values[Math.floor((i * (values.length - 1)) / (most - 1))]);
  const logs = sampled.map((value) => Math.log(Math.max(value, 1e-16)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return logs.map((log) => BARS[high === low ? 0 : Math.round(((log - low) / (high - low)) * (BARS.length - 1))]).join('');
}
