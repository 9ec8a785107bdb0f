import { interleave } from './product';

const NUMBER: usize = 4;

/**
 * to[j, b] = from[rows[b], j]: rows of a table become lanes, four at a time.
 *
 * @param width numbers of each row
 * @param count rows in the list
 * @param lanes numbers from one row of `to` to the next
 */
export function gatherLanes(from: usize, width: i32, rows: usize, count: i32, to: usize, lanes: i32): void {
  const bytes = (<usize>width) * NUMBER;
  const stride = (<usize>lanes) * NUMBER;
  let b = 0;
  for (; b + 4 <= count; b += 4) {
    interleave(rowOf(from, bytes, rows), rowOf(from, bytes, rows + NUMBER), rowOf(from, bytes, rows + 2 * NUMBER), rowOf(from, bytes, rows + 3 * NUMBER), width, NUMBER, to, stride);
    rows += 4 * NUMBER;
    to += 4 * NUMBER;
  }
  for (; b < count; b += 1) {
    let row = rowOf(from, bytes, rows);
    let at = to;
    for (const end = row + bytes; row < end; row += NUMBER) {
      store<f32>(at, load<f32>(row));
      at += stride;
    }
    rows += NUMBER;
    to += NUMBER;
  }
}

/** Address of the row that the list names. */
// @ts-ignore: decorator
@inline
function rowOf(from: usize, bytes: usize, rows: usize): usize {
  return from + (<usize>load<i32>(rows)) * bytes;
}
