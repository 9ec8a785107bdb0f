import type { TopLevelSpec } from 'vega-lite';

import { escapeMarkup, textWidth } from './text.js';

/** An SVG picture as text: `<svg …>…</svg>`. */
export type Svg = string;

/**
 * Draws a Vega-Lite specification, without a browser. Equal specifications give equal bytes.
 *
 * Loading vega takes about half a second, so it is loaded on first use. It is given the width of text: otherwise it
 * would estimate it, or measure it on a canvas if that package is installed.
 *
 * @param title the picture's `<title>`, which browsers show and screen readers read
 */
export async function renderSvg(spec: TopLevelSpec, title: string): Promise<Svg> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  vega.textMetrics.width = ({ fontSize = 11, fontWeight }, text) => measure(text, fontSize, isBold(fontWeight));
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none', logLevel: vega.Error });
  const svg = await view.toSVG();
  view.finalize();
  const opening = /^<svg[^>]*>/.exec(svg)?.[0] ?? '';
  const picture = `${opening.replace(/>$/, ' role="img">')}<title>${escapeMarkup(title)}</title>${svg.slice(opening.length)}`;
  return renumberIds(picture, 'id');
}

/** Vega's argument: a string, a number, or lines. */
function measure(text: unknown, fontSize: number, bold: boolean): number {
  if (Array.isArray(text)) return Math.max(...text.map((line) => measure(line, fontSize, bold)));
  return textWidth(String(text), fontSize, bold);
}

function isBold(weight: string | number | undefined): boolean {
  return weight === 'bold' || Number(weight) >= 600;
}

/**
 * Renames the ids of a picture, and references to them, to `<prefix>1`, `<prefix>2`, … Vega numbers them through the life of the process; and on
 * a page with several pictures those of each need a prefix of their own.
 */
export function renumberIds(svg: Svg, prefix: string): Svg {
  const names = new Map<string, string>();
  const rename = (whole: string, before: string, id: string) => {
    const name = names.get(id);
    return name === undefined ? whole : `${before}${name}`;
  };
  for (const [tag] of svg.matchAll(TAG)) for (const [, , id] of tag.matchAll(ID)) names.set(id, `${prefix}${names.size + 1}`);
  return svg.replaceAll(TAG, (tag) => tag.replaceAll(ID, rename).replaceAll(POINTER, rename));
}

const TAG = /<[^>]*>/g; // vega escapes > in attributes
const ID = /(\sid=")([^"]*)/g;
const POINTER = /(url\(#|href="#)([^")]*)/g;
