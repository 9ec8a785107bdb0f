import { createPalette, type Palette } from './palette.js';
import {
  assemble,
  axisFormat,
  emptyPanel,
  extent,
  FONT,
  heading,
  label,
  panelSize,
  pictureWidth,
  referenceLine,
  ruler,
  spread,
  type LayerSpec,
  type PanelSpec,
  type Reference,
  type Size,
} from './panels.js';
import { renderSvg, type Svg } from './svg.js';
import { printable, textWidth, wrapText } from './text.js';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** The band's lower end, for example of a confidence interval. */
  readonly low?: number;
  readonly high?: number;
}

export interface LinePanel {
  readonly title: string;
  /** Series of one name have one colour in all panels. */
  readonly series: readonly { readonly name: string; readonly points: readonly LinePoint[] }[];
  /** Dashed horizontal lines. */
  readonly references?: readonly Reference[];
}

export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the axes mean, with their units. */
  readonly x: string;
  readonly y: string;
  /** The only marks of the x axis, for numbers that grow by factors: equal factors of 1 + x are then equally far apart. */
  readonly xTicks?: readonly number[];
  /** True for a logarithmic y axis; only values above 0 are drawn. */
  readonly yLog?: boolean;
  /** One, or several as small multiples with axes of their own. */
  readonly panels: readonly LinePanel[];
}

interface Row {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

const REFERENCE_TEXT = { width: 110, gap: 10, lineHeight: FONT.label + 1 } as const;
const LEGEND_SYMBOL = 50; // its width with the space around it, pixels

/**
 * Draws lines with translucent bands between `low` and `high`: learning curves. Points that are not finite are left out; a panel without any shows
 * "no data".
 *
 * @returns an SVG picture, 800 to 1,200 pixels wide; equal charts give equal bytes
 */
export async function lineChart({ title, subtitle, panels, ...axes }: LineChart): Promise<Svg> {
  const palette = createPalette(panels.flatMap(({ series }) => series.map(({ name }) => printable(name))));
  const look = seriesChannels(palette, pictureWidth(panels.length));
  const shown = panels.length === 0 ? [{ title: '', series: [] }] : panels;
  const drawn = shown.map((panel) => linePanel(panel, axes, look, panelSize(panels.length)));
  return renderSvg(assemble(title, subtitle, drawn), title);
}

function linePanel(panel: LinePanel, axes: Pick<LineChart, 'x' | 'xTicks' | 'y' | 'yLog'>, look: ReturnType<typeof seriesChannels>, size: Size): PanelSpec {
  const { xTicks, yLog = false } = axes;
  const rows = panel.series.flatMap(({ name, points }) => points.filter((point) => isShown(point, yLog)).map((point): Row => ({ ...point, ...(!isDrawable(point.low ?? NaN, yLog) && { low: NaN }), series: printable(name) })));
  const references = (panel.references ?? []).filter(({ value }) => isDrawable(value, yLog));
  const xDomain = extent(rows.map((row) => row.x), 0);
  const yDomain = yExtent([...rows.flatMap((row) => [row.y, row.low ?? NaN, row.high ?? NaN]), ...references.map(({ value }) => value)], yLog);
  if (xDomain === undefined || yDomain === undefined) return emptyPanel(panel.title, size);

  const xRuler = ruler(xDomain, size.width / 90, xTicks);
  const xAxis = { title: printable(axes.x), grid: false, ...xRuler.marks };
  const yAxis = { title: printable(axes.y), domain: false, ticks: false, tickCount: size.height / 50, ...axisFormat(yDomain) };
  const xChannel = { field: 'x', type: 'quantitative', axis: xAxis, scale: xRuler.scale } as const;
  const yChannel = { field: 'y', type: 'quantitative', axis: yAxis, scale: { domain: yDomain, nice: false, ...(yLog && ({ type: 'log' } as const)) } } as const;
  const channels = { x: xChannel, y: yChannel, ...look };
  const lonely = rows.filter((row) => rows.filter(({ series }) => series === row.series).length === 1);
  const dot = { x: xChannel, y: yChannel, color: look.color };
  return {
    ...size,
    ...heading(panel.title, size.width),
    layer: [
      bandLayer(rows, channels),
      ...referenceLayers(references, yLog ? [Math.log(yDomain[0]), Math.log(yDomain[1])] : yDomain, size, yLog ? Math.log : Number),
      { data: { values: rows }, mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round' }, encoding: channels },
      { data: { values: lonely }, mark: { type: 'point', filled: true, size: 50, opacity: 1 }, encoding: dot },
    ],
  };
}

function isShown({ x, y }: LinePoint, yLog: boolean): boolean {
  return Number.isFinite(x) && isDrawable(y, yLog);
}

function isDrawable(y: number, yLog: boolean): boolean {
  return Number.isFinite(y) && !(yLog && y <= 0);
}

/** The range of y with a margin, a fraction of its length or a factor. */
function yExtent(values: readonly number[], yLog: boolean): [low: number, high: number] | undefined {
  if (!yLog) return extent(values, 0.04);
  const domain = extent(values.map((value) => (value > 0 ? Math.log(value) : NaN)), 0.04);
  return domain && [Math.exp(domain[0]), Math.exp(domain[1])];
}

/**
 * Colour and dashing by series, with one legend for both.
 *
 * @param width pixels that the legend may take
 */
function seriesChannels({ names, colours, dashes }: Palette, width: number) {
  const columns = legendColumns(names.map((name) => textWidth(name, FONT.label) + LEGEND_SYMBOL), width);
  const legend = { columns, symbolType: 'stroke', symbolSize: 330, symbolStrokeWidth: 2.5, symbolOpacity: 1 } as const;
  const [domain, range] = [[...names], [...colours]];
  return {
    color: { field: 'series', type: 'nominal', scale: { domain, range }, legend },
    strokeDash: { field: 'series', type: 'nominal', scale: { domain, range: dashes.map((dash) => [...dash]) }, legend },
  } as const;
}

/** The most columns, filled row by row, whose widest entries fit side by side. */
function legendColumns(entries: readonly number[], width: number): number {
  for (let columns = entries.length; columns > 1; columns -= 1) {
    const widths = Array.from({ length: columns }, (_, column) => Math.max(...entries.filter((_, i) => i % columns === column)));
    if (widths.reduce((sum, entry) => sum + entry, 0) <= width) return columns;
  }
  return 1;
}

function bandLayer(rows: readonly Row[], { x, y, color }: { x: object; y: object; color: object }): LayerSpec {
  const values = rows.filter(({ low = NaN, high = NaN }) => Number.isFinite(low) && Number.isFinite(high));
  return {
    data: { values },
    mark: { type: 'area', opacity: 0.16, line: false },
    encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
  };
}

/** Dashed lines, their names to the right of the plot area, and a thin lead from line to name where names had to move apart. */
function referenceLayers(references: readonly Reference[], [low, high]: [number, number], { width, height }: Size, along: (value: number) => number): LayerSpec[] {
  const names = references.map(({ name }) => wrapText(printable(name), REFERENCE_TEXT.width, FONT.label - 1));
  const lines = references.map(({ value }) => ((high - along(value)) / (high - low)) * height);
  const places = spread(lines, names.map((name) => name.length * REFERENCE_TEXT.lineHeight + 2), height);
  const textLines = (name: string[], middle: number) =>
    name.map((line, k) => label(line, width + REFERENCE_TEXT.gap + 3, middle + (k - (name.length - 1) / 2) * REFERENCE_TEXT.lineHeight, 'left'));
  return names.flatMap((name, i) => [referenceLine('y', lines[i], width), leader(width, lines[i], places[i]), ...textLines(name, places[i])]);
}

function leader(width: number, from: number, to: number): LayerSpec {
  return {
    data: { values: [{}] },
    mark: { type: 'rule', color: '#b0b0b0', strokeWidth: 1 },
    encoding: { x: { value: width }, x2: { value: width + REFERENCE_TEXT.gap }, y: { value: from }, y2: { value: to } },
  };
}
