import { stripVTControlCharacters } from 'node:util';

import { formatRows, type Table } from './table.js';

const GAP = '  ';

/**
 * A table for a terminal: aligned columns under a line, without borders. Cells may carry terminal colours.
 *
 * @returns lines joined by newlines, none at the end
 * @throws RangeError where a row has more or fewer cells than there are columns
 */
export function textTable(table: Table): string {
  const { columns } = table;
  const rows = [columns.map(({ name }) => name), ...formatRows(table, 'table')].map((row) => row.map(oneLine));
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => shownWidth(row[i]))));
  const lines = rows.map((row) => row.map((cell, i) => pad(cell, widths[i], columns[i].numeric === true)).join(GAP).trimEnd());
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function oneLine(cell: string): string {
  return cell.replaceAll(/\s+/g, ' ');
}

function shownWidth(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - shownWidth(cell));
  return right ? space + cell : cell + space;
}
