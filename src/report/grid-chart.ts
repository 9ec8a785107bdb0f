import { assemble, emptyPanel, FONT, heading, type LayerSpec, type PanelSpec } from './panels.js';
import { renderSvg, type Svg } from './svg.js';
import { printable } from './text.js';

export interface GridChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the colour means. */
  readonly value: string;
  /** Grids that share one scale of colours. */
  readonly panels: readonly GridPanel[];
}

export interface GridPanel {
  readonly title: string;
  readonly columns: number;
  /** Row after row. A cell without a finite value stays grey; its sign is still shown. */
  readonly cells: readonly { readonly value: number; readonly text: string; readonly sign: string }[];
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number | null;
  readonly text: string;
  readonly sign: string;
  /** Whether the colour is so strong that only white text shows on it. */
  readonly strong: boolean;
}

const WIDTH = 400;
const CELL = { least: 30, most: 64 } as const; // pixels
const GREY = '#e4e4e4';

/**
 * Draws values on grids of states, each with its number and a sign such as an arrow: the result of a tabular method, beside the exact solution.
 *
 * @returns an SVG picture; equal charts give equal bytes
 */
export async function gridChart({ title, subtitle, value, panels }: GridChart): Promise<Svg> {
  const finite = panels.flatMap(({ cells }) => cells.map((cell) => cell.value)).filter(Number.isFinite);
  if (finite.length === 0) return renderSvg(assemble(title, subtitle, [emptyPanel('', { width: WIDTH, height: 120 })]), title);
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  return renderSvg(assemble(title, subtitle, panels.map((panel) => gridPanel(panel, value, low, high === low ? low + 1 : high))), title);
}

function gridPanel({ title, columns, cells }: GridPanel, value: string, low: number, high: number): PanelSpec {
  const size = Math.max(CELL.least, Math.min(CELL.most, Math.floor(WIDTH / columns)));
  const shown = cells.map((cell, i): Cell => {
    const isFinite = Number.isFinite(cell.value);
    const strong = isFinite && (cell.value - low) / (high - low) > 0.6;
    return { row: Math.floor(i / columns), column: i % columns, value: isFinite ? cell.value : null, text: printable(cell.text), sign: printable(cell.sign), strong };
  });
  const place = (field: 'row' | 'column') => ({ field, type: 'ordinal', axis: null, scale: { paddingInner: 0, paddingOuter: 0 } }) as const;
  const channels = { x: place('column'), y: place('row') };
  const legend = { title: printable(value), orient: 'bottom', gradientLength: 200, gradientThickness: 10, titleFontWeight: 'normal' } as const;
  const scale = { domain: [low, high], scheme: 'blues' as const };
  const ink = { condition: { test: 'datum.strong', value: 'white' }, value: '#222222' };
  const text = (field: 'text' | 'sign', fontSize: number, dy: number): LayerSpec => ({ data: { values: shown }, mark: { type: 'text', fontSize, dy }, encoding: { ...channels, text: { field, type: 'nominal' }, color: ink } });
  const small = size < 48;
  return {
    width: { step: size },
    height: { step: size },
    ...heading(title, WIDTH),
    layer: [
      { data: { values: shown.filter((cell) => cell.value === null) }, mark: { type: 'rect', color: GREY, stroke: 'white' }, encoding: channels },
      { data: { values: shown.filter((cell) => cell.value !== null) }, mark: { type: 'rect', stroke: 'white' }, encoding: { ...channels, color: { field: 'value', type: 'quantitative', scale, legend } } },
      text('text', small ? FONT.label - 3 : FONT.label - 1, small ? -7 : -10),
      text('sign', small ? FONT.label : FONT.title, small ? 7 : 10),
    ],
  };
}
