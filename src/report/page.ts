import { wrongValue } from '../check.js';
import { renumberIds, type Svg } from './svg.js';
import { formatRows, type Table } from './table.js';
import { escapeMarkup } from './text.js';

export interface Section {
  readonly title: string;
  readonly paragraphs?: readonly string[];
  /** Sentences, one below the other, before the paragraphs. */
  readonly list?: readonly string[];
  /** A caveat about the numbers. */
  readonly warning?: string;
  readonly table?: Table;
  /** A picture of the chart functions; the only content that is not escaped. */
  readonly picture?: Svg;
  /** Small print below, on how a number was computed and what it omits. */
  readonly note?: string;
  /** True if all of it but the title is folded away until a reader opens it; on paper it is open. */
  readonly folded?: boolean;
}

export interface Page {
  readonly title: string;
  /** The subject of the page, in a sentence or two. */
  readonly lead: string;
  /** Each a heading, then paragraphs, table, picture and note, as far as given. */
  readonly sections: readonly Section[];
}

/**
 * A report as one HTML file that needs nothing else: styles and pictures are inside, there are no scripts, and nothing is
 * fetched. It reads in light and dark, on narrow screens and on paper.
 *
 * @returns the file's text; equal pages give equal bytes
 * @throws RangeError if a picture is no SVG or a row of a table does not fit its columns
 */
export function reportPage({ title, lead, sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<p class="lead">${escapeMarkup(lead)}</p>
${sections.map(renderSection).join('\n')}
</main>
</body>
</html>
`;
}

function renderSection({ title, list = [], warning, paragraphs = [], table, picture, note, folded = false }: Section, index: number): string {
  const parts = [
    ...(list.length === 0 ? [] : [`<ul class="found">\n${list.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join('\n')}\n</ul>`]),
    ...(warning === undefined ? [] : [`<p class="warning">${escapeMarkup(warning)}</p>`]),
    ...paragraphs.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`),
    ...(table === undefined ? [] : [renderTable(table, `sections[${index}].table`)]),
    ...(picture === undefined ? [] : [renderPicture(picture, index)]),
    ...(note === undefined ? [] : [`<p class="note">${escapeMarkup(note)}</p>`]),
  ];
  const heading = `<h2>${escapeMarkup(title)}</h2>`;
  if (!folded) return `<section>\n${[heading, ...parts].join('\n')}\n</section>`;
  return `<section>\n<details>\n<summary>${heading}</summary>\n${parts.join('\n')}\n</details>\n</section>`;
}

function renderTable(table: Table, path: string): string {
  const kind = (i: number) => (table.columns[i].numeric === true ? ' class="numeric"' : '');
  const head = table.columns.map(({ name }, i) => `<th scope="col"${kind(i)}>${escapeMarkup(name)}</th>`).join('');
  const rows = formatRows(table, path).map((row) => `<tr>${row.map((cell, i) => `<td${kind(i)}>${escapeMarkup(cell)}</td>`).join('')}</tr>`);
  return `<div class="wide"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>`;
}

function renderPicture(picture: Svg, index: number): string {
  if (!/^<svg[\s>]/.test(picture)) throw wrongValue(`sections[${index}].picture`, 'an SVG picture', picture);
  return `<figure>${renumberIds(picture, `picture${index + 1}-`)}</figure>`;
}

/* Pictures are white paper; in the dark they become cards. */
const STYLE = `
:root { --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --stripe: #f6f8fa; --paper: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --stripe: #161b22; --paper: #0d1117; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); font: 16px/1.6 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
main { max-width: 1140px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { margin: 0 0 12px; font-size: 30px; line-height: 1.2; }
h2 { margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); font-size: 21px; line-height: 1.3; }
p { max-width: 76ch; margin: 0 0 14px; overflow-wrap: break-word; white-space: pre-line; }
.lead { color: var(--faint); font-size: 18px; }
.note { color: var(--faint); font-size: 14px; }
.found { max-width: 76ch; margin: 0 0 14px; padding-left: 1.2em; }
.found li { margin: 0 0 8px; }
.warning { padding: 10px 14px; border-left: 4px solid #bf8700; background: var(--stripe); }
summary { cursor: pointer; }
summary h2 { display: inline-block; width: calc(100% - 1.5em); }
.wide { overflow-x: auto; margin: 18px 0; }
table { border-collapse: collapse; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 14px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { border-bottom: 2px solid var(--line); font-weight: 600; }
tbody tr:nth-child(even) { background: var(--stripe); }
td:first-child { min-width: 8em; }
.numeric { text-align: right; white-space: nowrap; }
figure { margin: 18px 0; }
figure svg { display: block; max-width: 100%; height: auto; border-radius: 6px; }
@media (max-width: 700px) {
  main { padding: 32px 16px 48px; }
  figure { overflow-x: auto; }
  figure svg { max-width: none; width: 680px; }
}
@media print {
  :root { --text: #000000; --faint: #444444; --line: #bbbbbb; --stripe: #ffffff; --paper: #ffffff; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  details::details-content { content-visibility: visible; height: auto; }
  .wide { overflow-x: visible; }
  table { font-size: 9.5pt; }
  h2, thead { break-after: avoid; }
  figure, tr { break-inside: avoid; }
}
`;
