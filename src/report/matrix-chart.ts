import { wrongValue } from '../check.js';
import { assemble, emptyPanel, FONT, type LayerSpec, type PanelSpec } from './panels.js';
import { renderSvg, type Svg } from './svg.js';
import { printable, textWidth } from './text.js';

export interface MatrixChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the colour means. */
  readonly value: string;
  readonly rows: { readonly title: string; readonly names: readonly string[] };
  readonly columns: { readonly title: string; readonly names: readonly string[] };
  /** [rows][columns]; what is not finite stays grey. */
  readonly values: readonly (readonly number[])[];
  /** The values of the two strongest colours; its middle is white. [-1, 1] where not given. */
  readonly domain?: readonly [low: number, high: number];
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  readonly text: string;
  /** Whether the colour is so strong that only white text shows on it. */
  readonly strong: boolean;
}

const WIDTH = 860;
const CELL = { least: 4, most: 64, height: 26, flattest: 14, text: 34 } as const; // pixels; from `text` on they carry numbers

/**
 * Draws a heat map on a fixed scale that diverges from its middle, red below and blue above: the cosine between what a rule does
 * and the true gradient, neuron by neuron. Cells that are large enough carry their number. Values outside the domain take its
 * end's colour.
 *
 * @returns an SVG picture; equal charts give equal bytes
 * @throws RangeError where `values` is not one number per row and column
 */
export async function matrixChart(chart: MatrixChart): Promise<Svg> {
  const { title, subtitle, rows, columns, values } = chart;
  if (values.length !== rows.names.length) throw wrongValue('values', `one row for each of ${rows.names.length} names`, values.length);
  values.forEach((row, i) => {
    if (row.length !== columns.names.length) throw wrongValue(`values[${i}]`, `one number for each of ${columns.names.length} columns`, row.length);
  });
  const empty = !values.flat().some(Number.isFinite);
  const panel = empty ? emptyPanel('', { width: WIDTH, height: 120 }) : matrixPanel(chart);
  return renderSvg(assemble(title, subtitle, [panel]), title);
}

function matrixPanel({ value, rows, columns, values, domain = [-1, 1] }: MatrixChart): PanelSpec {
  const width = Math.max(CELL.least, Math.min(CELL.most, Math.floor(WIDTH / columns.names.length)));
  const height = Math.min(CELL.height, Math.max(CELL.flattest, width));
  const cells = values.flatMap((row, i) => row.flatMap((number, j) => (Number.isFinite(number) ? [createCell(i, j, number, domain)] : [])));
  const upright = columns.names.every((name) => textWidth(name, FONT.label) <= width - 4);
  const channels = {
    x: nameChannel('column', columns, { orient: 'top', labelAngle: upright ? 0 : -90 }),
    y: nameChannel('row', rows, {}),
  };
  const gradientLength = Math.max(80, Math.min(200, rows.names.length * height));
  const legend = { ...LEGEND, title: printable(value), gradientLength };
  const color = { field: 'value', type: 'quantitative', scale: { domain: [...domain], scheme: 'redblue', clamp: true }, legend } as const;
  const mark = { type: 'rect', stroke: 'white', strokeWidth: width > CELL.flattest ? 1 : 0 } as const;
  const layer: LayerSpec[] = [{ data: { values: cells }, mark, encoding: { ...channels, color } }];
  if (width >= CELL.text) layer.push(numbersLayer(cells, channels));
  return { width: { step: width }, height: { step: height }, view: { fill: '#e4e4e4', stroke: null }, layer };
}

const LEGEND = { orient: 'right', gradientThickness: 12, titleFontSize: FONT.label, titleFontWeight: 'normal', titleLimit: 0, offset: 20 } as const;

function createCell(row: number, column: number, value: number, [low, high]: readonly [number, number]): Cell {
  const strong = Math.abs(value - (low + high) / 2) > 0.3 * (high - low);
  return { row, column, value, text: value.toFixed(2).replace('-', '−'), strong };
}

function numbersLayer(cells: readonly Cell[], channels: object): LayerSpec {
  const color = { condition: { test: 'datum.strong', value: 'white' }, value: '#222222' };
  const text = { field: 'text', type: 'nominal' } as const;
  return { data: { values: [...cells] }, mark: { type: 'text', fontSize: FONT.label - 1 }, encoding: { ...channels, text, color } };
}

/** Rows are placed by number, for two of them may share a name: the first neurons of two layers. */
function nameChannel(field: 'row' | 'column', { title, names }: MatrixChart['rows'], placement: { orient?: 'top'; labelAngle?: number }) {
  const labelExpr = `${JSON.stringify(names.map(printable))}[datum.value]`;
  const quiet = { domain: false, ticks: false, grid: false, labelOverlap: 'parity', labelSeparation: 0 } as const;
  const axis = { title: printable(title), labelExpr, ...quiet, ...placement };
  const domain = [...names.keys()];
  return { field, type: 'ordinal', scale: { domain, paddingInner: 0, paddingOuter: 0 }, axis } as const;
}
