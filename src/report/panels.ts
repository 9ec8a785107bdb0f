import type { Config, TopLevelSpec } from 'vega-lite';

import { printable, textWidth, wrapText } from './text.js';

/** A labelled dashed line across a panel: a published result, a threshold, chance. */
export interface Reference {
  /** As it is shown, for example `DDPG, published: −152`. */
  readonly name: string;
  readonly value: number;
}

/** Part of a picture, and a layer of such a part, as in Vega-Lite. */
export type PanelSpec = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];
export type LayerSpec = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

const TEXT = '#222222';
const FAINT = '#6b6b6b';

/** Sizes of letters, in pixels. */
export const FONT = { label: 12, panel: 13, subtitle: 13, title: 17 } as const;

/** Pixels of a panel's plot area. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Panels in a row. */
export const COLUMNS = 2;

/** A picture's only panel is larger than one of several in two columns. */
export function panelSize(panels: number): Size {
  return panels <= 1 ? { width: 760, height: 380 } : { width: 400, height: 250 };
}

/** Pixels that the whole picture takes, about: panels, and between them axis labels and names of references. */
export function pictureWidth(panels: number): number {
  const columns = Math.min(COLUMNS, Math.max(1, panels));
  return columns * panelSize(panels).width + (columns - 1) * 160;
}

const PADDING = 20;
const SPACING = 36;

/** The style of all pictures: thin axes, no text cut. */
const THEME: Config = {
  background: 'white',
  font: 'Helvetica, Arial, "Liberation Sans", sans-serif',
  padding: PADDING,
  aria: false, // it would describe every point
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: TEXT,
    fontSize: FONT.title,
    fontWeight: 600,
    subtitleColor: FAINT,
    subtitleFontSize: FONT.subtitle,
    subtitlePadding: 6,
    offset: 18,
  },
  axis: {
    labelFontSize: FONT.label,
    titleFontSize: FONT.label,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelColor: TEXT,
    titleColor: TEXT,
    labelLimit: 0,
    labelPadding: 5,
    labelSeparation: 8,
    labelFlush: false,
    gridColor: '#ececec',
    domainColor: FAINT,
    tickColor: FAINT,
    tickSize: 4,
  },
  legend: {
    labelFontSize: FONT.label,
    labelColor: TEXT,
    labelLimit: 0,
    title: null,
    orient: 'bottom',
    padding: 0,
    offset: 16,
    columnPadding: 20,
    rowPadding: 0,
  },
};

/**
 * Sets panels side by side, two in a row, under one title.
 *
 * @param panels at least one
 */
export function assemble(title: string, subtitle: string | undefined, panels: readonly PanelSpec[]): TopLevelSpec {
  const width = pictureWidth(panels.length);
  return {
    title: {
      text: wrapText(printable(title), width, FONT.title, true),
      ...(subtitle === undefined ? {} : { subtitle: wrapText(printable(subtitle), width, FONT.subtitle) }),
    },
    concat: [...panels],
    columns: COLUMNS,
    spacing: SPACING,
    resolve: { scale: { color: 'shared', strokeDash: 'shared', x: 'independent', y: 'independent' } },
    config: THEME,
  };
}

/**
 * The heading of a panel; none where it is empty.
 *
 * @param offset pixels between the heading and what is below it
 */
export function heading(title: string, width: number, offset = HEADING_OFFSET): Pick<PanelSpec, 'title'> {
  return title === '' ? {} : { title: { text: wrapText(printable(title), width, FONT.panel, true), fontSize: FONT.panel, offset, frame: 'group' } };
}

export const HEADING_OFFSET = 8;

/** Text of a panel without a finite number. */
export function emptyPanel(title: string, size: Size, offset = HEADING_OFFSET): PanelSpec {
  return {
    ...size,
    ...heading(title, size.width, offset),
    view: { stroke: '#dddddd' },
    data: { values: [{}] },
    mark: { type: 'text', text: 'no data', color: FAINT, fontSize: FONT.panel },
  };
}

/**
 * The range that holds all finite values, a little wider than they are.
 *
 * @param margin part of the range that is added at either end
 * @returns lower and upper end, or nothing where no value is finite
 */
export function extent(values: readonly number[], margin: number): [low: number, high: number] | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const room = low === high ? Math.abs(low) / 20 || 1 : (high - low) * margin;
  return [low - room, high + room];
}

/** How numbers along an axis are written: in full, with a suffix where they are long, in powers of ten where they are tiny. */
export function axisFormat([low, high]: readonly [number, number]): { labelExpr?: string } {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (largest >= 1e6) return { labelExpr: "format(datum.value, '.4~s')" };
  return largest < 1e-3 ? { labelExpr: "datum.value == 0 ? '0' : format(datum.value, '.3~e')" } : {};
}

/** Scale and axis of numbers; with ticks, of numbers that grow by factors. */
export interface Ruler {
  readonly scale: { readonly domain: [low: number, high: number]; readonly nice: false; readonly type?: 'symlog'; readonly constant?: number };
  readonly marks: { readonly labelExpr?: string; readonly values?: number[]; readonly tickCount?: number };
  /** Position of a number, as a fraction of the axis. */
  readonly place: (value: number) => number;
}

/**
 * How numbers are laid along an axis.
 *
 * @param tickCount about so many marks
 * @param ticks where given, the only marks, on a scale that is sign(x) · log(1 + |x|): even near 0, and factors far from it
 */
export function ruler(domain: [low: number, high: number], tickCount: number, ticks?: readonly number[]): Ruler {
  const along = ticks === undefined ? (value: number) => value : (value: number) => Math.sign(value) * Math.log1p(Math.abs(value));
  const [low, high] = domain.map(along);
  const place = (value: number) => (along(value) - low) / (high - low);
  if (ticks === undefined) return { scale: { domain, nice: false }, marks: { tickCount, ...axisFormat(domain) }, place };
  return { scale: { domain, nice: false, type: 'symlog', constant: 1 }, marks: { values: [...ticks], ...axisFormat(domain) }, place };
}

/** A dashed line at a place given in pixels, drawn across the panel. */
export function referenceLine(along: 'x' | 'y', at: number, length: number): LayerSpec {
  const [value, begin, end] = [{ value: at }, { value: 0 }, { value: length }];
  const encoding = along === 'x' ? { x: value, y: begin, y2: end } : { y: value, x: begin, x2: end };
  return { data: { values: [{}] }, mark: { type: 'rule', color: FAINT, strokeDash: [5, 4], strokeWidth: 1 }, encoding };
}

/** A line of small grey text at a place given in pixels. */
export function label(text: string | string[], x: number, y: number, align: 'left' | 'center' | 'right'): LayerSpec {
  const mark = { type: 'text', text, align, baseline: 'middle', color: FAINT, fontSize: FONT.label - 1, lineHeight: FONT.label + 1 } as const;
  return { data: { values: [{}] }, mark, encoding: { x: { value: x }, y: { value: y } } };
}

/** Width of such a line. */
export function labelWidth(text: string): number {
  return textWidth(text, FONT.label - 1);
}

/**
 * Moves labels apart so that none overlaps another, each as little as possible: neighbours that are too close form a block
 * around the mean of where they wanted to be.
 *
 *     place_i = fit_i + start_i        fit = isotonic regression of wanted_i - start_i        start_i = Σ_{j<i} gap_j
 *
 * @param wanted preferred centre of each label; any order
 * @param sizes their heights, as many
 * @param end where the room ends that begins at 0; labels stay inside while there is room
 * @returns where each goes, in the given order
 */
export function spread(wanted: readonly number[], sizes: readonly number[], end: number): number[] {
  const order = [...wanted.keys()].toSorted((a, b) => wanted[a] - wanted[b]);
  const starts: number[] = [];
  order.forEach((index, k) => starts.push(k === 0 ? 0 : starts[k - 1] + (sizes[order[k - 1]] + sizes[index]) / 2));
  const blocks: { sum: number; count: number }[] = [];
  order.forEach((index, k) => {
    let block = { sum: wanted[index] - starts[k], count: 1 };
    for (let before = blocks.at(-1); before !== undefined && before.sum / before.count > block.sum / block.count; before = blocks.at(-1)) {
      blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  });
  const last = order.length - 1;
  const [lowest, highest] = [sizes[order[0]] / 2, end - starts[last] - sizes[order[last]] / 2];
  const fitted = blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => Math.max(lowest, Math.min(highest, sum / count))));
  const places = wanted.map(() => 0);
  order.forEach((index, k) => (places[index] = fitted[k] + starts[k]));
  return places;
}
