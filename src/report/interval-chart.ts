import { createPalette, type Palette } from './palette.js';
import {
  assemble,
  COLUMNS,
  emptyPanel,
  extent,
  FONT,
  heading,
  HEADING_OFFSET,
  label,
  labelWidth,
  panelSize,
  pictureWidth,
  referenceLine,
  ruler,
  type LayerSpec,
  type PanelSpec,
  type Reference,
  type Ruler,
} from './panels.js';
import { renderSvg, type Svg } from './svg.js';
import { printable, textWidth, wrapText } from './text.js';

export interface IntervalRow {
  readonly name: string;
  /** Position of the dot: a mean over seeds, for example. */
  readonly estimate: number;
  /** The interval's ends; without them there is only the dot. */
  readonly low?: number;
  readonly high?: number;
  /** What the estimate was made from: shown faintly. */
  readonly values?: readonly number[];
}

export interface IntervalPanel {
  readonly title: string;
  /** From top to bottom. Rows of one name have one colour in all panels, that of the line chart whose series come in the same order. */
  readonly rows: readonly IntervalRow[];
  /** Dashed vertical lines. */
  readonly references?: readonly Reference[];
}

export interface IntervalChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the axis means, with its unit. */
  readonly value: string;
  /** The only marks of the axis, for numbers that grow by factors: equal factors of 1 + x are then equally far apart. */
  readonly ticks?: readonly number[];
  /** One, or several as small multiples with axes of their own. */
  readonly panels: readonly IntervalPanel[];
}

const NAME_WIDTH = 190;
/** Pixels that names of ordinary length take. */
const NAME_ROOM = 60;
const LEAST_WIDTH = 260;
const ROW = { margin: 16, line: FONT.label + 2, least: 34 } as const;
const REFERENCE_LINE_HEIGHT = FONT.label + 3;
/** Pixels between two references' names on one line. */
const NAME_GAP = 10;
/** Pixels from a row's middle up to its dot and interval, and down to its single values. */
const OFFSET = { estimate: -4, values: 6 } as const;

/**
 * Draws a dot with its interval for each row: final returns. Numbers that are not finite are left out; a row or panel without any shows "no data".
 *
 * @returns an SVG picture, 800 to 1,200 pixels wide; equal charts give equal bytes
 */
export async function intervalChart({ title, subtitle, value, ticks, panels }: IntervalChart): Promise<Svg> {
  const palette = createPalette(panels.flatMap(({ rows }) => rows.map(({ name }) => shownName(name))));
  const width = plotWidth(palette.names, panels.length);
  const layouts = (panels.length === 0 ? [{ title: '', rows: [] }] : panels).map((panel) => layOut(panel, width, ticks));
  const drawn = layouts.map((layout, i) => intervalPanel(layout, value, palette, headingOffset(layouts, i)));
  return renderSvg(assemble(title, subtitle, drawn), title);
}

/** Headings side by side are at one height, whether or not names of references come below them. */
function headingOffset(layouts: readonly Layout[], index: number): number {
  const first = index - (index % COLUMNS);
  const lines = Math.max(...layouts.slice(first, first + COLUMNS).map((layout) => layout.lines));
  return HEADING_OFFSET + (lines - layouts[index].lines) * REFERENCE_LINE_HEIGHT;
}

/** A name on as many lines as it needs. */
function shownName(name: string): string {
  return wrapText(printable(name), NAME_WIDTH, FONT.label).join('\n');
}

/** The rest of a panel's width beside the names, which are on its left. */
function plotWidth(names: readonly string[], panels: number): number {
  const widest = Math.max(0, ...names.flatMap((name) => name.split('\n')).map((line) => textWidth(line, FONT.label)));
  const { width } = panelSize(panels);
  return panels <= 1 ? width : Math.max(LEAST_WIDTH, Math.min(width, pictureWidth(panels) / COLUMNS + NAME_ROOM - widest));
}

/** A panel with its sizes in pixels. */
interface Layout {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
  readonly width: number;
  readonly height: number;
  /** The axis; nothing where no number is finite. */
  readonly axis: Ruler | undefined;
  readonly references: readonly PlacedReference[];
  /** How many lines the references' names take above the plot area. */
  readonly lines: number;
}

interface PlacedReference {
  readonly name: string;
  readonly at: number;
  /** The middle of its name, and the line that it is on, counted upwards. */
  readonly middle: number;
  readonly line: number;
}

function layOut(panel: IntervalPanel, width: number, ticks: readonly number[] | undefined): Layout {
  const rows = panel.rows.map((row) => ({ ...row, name: shownName(row.name) }));
  const step = Math.max(ROW.least, ...rows.map(({ name }) => name.split('\n').length * ROW.line + ROW.margin));
  const height = Math.max(2, rows.length) * step;
  const numbers = rows.flatMap(({ estimate, low = NaN, high = NaN, values = [] }) => [estimate, low, high, ...values]);
  const references = (panel.references ?? []).filter(({ value }) => Number.isFinite(value));
  const all = [...numbers, ...references.map(({ value }) => value), ...(ticks ?? [])];
  const domain = numbers.some(Number.isFinite) ? extent(all, ticks === undefined ? 0.04 : 0) : undefined;
  const axis = domain && ruler(domain, width / 80, ticks);
  const placed = axis === undefined ? [] : placeReferences(references, axis, width);
  return { title: panel.title, rows, width, height, axis, references: placed, lines: Math.max(0, ...placed.map(({ line }) => line + 1)) };
}

/** Puts the names above their lines, each on the lowest line of text where it keeps clear of the others. */
function placeReferences(references: readonly Reference[], { place }: Ruler, width: number): PlacedReference[] {
  const ends: number[] = []; // where the last name on each line of text ends
  return references.toSorted((a, b) => a.value - b.value).map(({ name: text, value }) => {
    const name = printable(text);
    const at = place(value) * width;
    const half = labelWidth(name) / 2;
    const middle = Math.max(half, Math.min(width - half, at)); // above the plot area, not beside it
    const free = ends.findIndex((end) => end + NAME_GAP < middle - half);
    const line = free === -1 ? ends.length : free;
    ends[line] = middle + half;
    return { name, at, middle, line };
  });
}

function intervalPanel(layout: Layout, valueTitle: string, palette: Palette, offset: number): PanelSpec {
  const { title, rows, width, height, axis: along, references } = layout;
  if (along === undefined) return emptyPanel(title, { width, height }, offset);
  const names = rows.map(({ name }) => name);
  const axis = { title: printable(valueTitle), domain: false, ticks: false, ...along.marks };
  const channels = {
    x: { field: 'estimate', type: 'quantitative', scale: along.scale, axis },
    y: { field: 'name', type: 'nominal', scale: { domain: names }, axis: NAME_AXIS },
    color: { field: 'name', type: 'nominal', scale: { domain: [...palette.names], range: [...palette.colours] }, legend: null },
  } as const;
  const lines = references.map(({ at }) => referenceLine('x', at, height));
  const labels = references.map(({ name, middle, line }) => label(name, middle, (FONT.label - 1) / 2 - REFERENCE_LINE_HEIGHT * (line + 1), 'center'));
  return { width, height, ...heading(title, width, offset), layer: [...lines, ...labels, ...rowLayers(rows, channels)] };
}

const NAME_AXIS = { title: null, domain: false, ticks: false, grid: false, labelExpr: "split(datum.label, '\\n')", labelPadding: 10 } as const;

/** Single values, intervals, dots, and words where a row has none of them. */
function rowLayers(rows: readonly IntervalRow[], { x, y, color }: { x: object; y: object; color: object }): LayerSpec[] {
  const values = rows.flatMap(({ name, values = [] }) => values.filter(Number.isFinite).map((estimate) => ({ name, estimate })));
  const intervals = rows.filter(({ low = NaN, high = NaN }) => Number.isFinite(low) && Number.isFinite(high));
  const dots = rows.filter(({ estimate }) => Number.isFinite(estimate));
  const missing = rows.filter(({ name }) => [values, intervals, dots].every((shown) => shown.every((row) => row.name !== name)));
  const yOffset = OFFSET.estimate;
  return [
    layer(values, { type: 'point', filled: true, size: 26, opacity: 0.45, yOffset: OFFSET.values }, { x, y, color }),
    layer(intervals, { type: 'rule', strokeWidth: 3, opacity: 0.6, yOffset }, { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color }),
    layer(dots, { type: 'point', filled: true, size: 75, opacity: 1, stroke: 'white', strokeWidth: 1, yOffset }, { x, y, color }),
    layer(missing, { type: 'text', text: 'no data', align: 'left', color: '#6b6b6b' }, { x: { value: 4 }, y }),
  ];
}

function layer(rows: readonly Partial<IntervalRow>[], mark: Extract<LayerSpec, { mark: unknown }>['mark'], encoding: object): LayerSpec {
  return { data: { values: rows.map(({ name, estimate, low, high }) => ({ name, estimate, low, high })) }, mark, encoding };
}
