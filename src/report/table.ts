import { wrongValue } from '../check.js';

export interface Column {
  readonly name: string;
  /** Aligned to the right, digits under digits. */
  readonly numeric?: boolean;
}

/** Rows of cells under named columns. Numbers are written by `formatNumber`; strings stay as they are. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A number for people: whole numbers in full, others with four significant digits, – for infinite values and NaN. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e15) return value.toLocaleString('en');
  if (magnitude >= 1e15 || magnitude < 1e-4) return value.toExponential(3);
  return value.toLocaleString('en', { maximumFractionDigits: Math.max(0, 3 - Math.floor(Math.log10(magnitude))) });
}

/**
 * The table's cells as text.
 *
 * @param path how errors name the table
 * @throws RangeError naming a row that has more or fewer cells than there are columns
 */
export function formatRows({ columns, rows }: Table, path: string): string[][] {
  return rows.map((row, i) => {
    if (row.length !== columns.length) throw wrongValue(`${path}.rows[${i}]`, `one cell for each of ${columns.length} columns`, row.length);
    return row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell));
  });
}
