/** A list of what moves, inside the numbers of a state: how many there are, then the fields of each, in the order in which they came. */
export interface Entities {
  /** Numbers of one entity. */
  readonly fields: number;
  /** Place behind the list. */
  readonly end: number;
  /** Adds one at the end; nothing where the list is full. */
  push(state: Float64Array, values: readonly number[]): void;
  /** Calls with the place of each, oldest first. */
  forEach(state: Float64Array, visit: (at: number) => void): void;
  /** Calls with the place of each, newest first; `visit` may remove one. */
  backwards(state: Float64Array, visit: (at: number) => void): void;
  some(state: Float64Array, test: (at: number) => boolean): boolean;
  /** Removes the first that passes. @returns whether there was one */
  removeFirst(state: Float64Array, test: (at: number) => boolean): boolean;
  /**
   * Removes the first that equals the one at `at`, as a list of values does, not of objects.
   *
   * @returns where the one that was at `at` is now; undefined if it is the one removed
   */
  remove(state: Float64Array, at: number): number | undefined;
}

/** @param most entities that the list has room for */
export function createEntities(offset: number, fields: number, most: number): Entities {
  const first = offset + 1;
  const end = first + fields * most;
  const place = (index: number) => first + fields * index;

  function find(state: Float64Array, test: (at: number) => boolean): number {
    for (let i = 0; i < state[offset]; i += 1) if (test(place(i))) return place(i);
    return -1;
  }

  function take(state: Float64Array, at: number): void {
    const last = place(state[offset]) - fields;
    state.copyWithin(at, at + fields, last + fields);
    state.fill(0, last, last + fields);
    state[offset] -= 1;
  }

  return {
    fields,
    end,
    push(state, values) {
      if (state[offset] === most) return;
      state.set(values, place(state[offset]));
      state[offset] += 1;
    },
    forEach(state, visit) {
      for (let i = 0; i < state[offset]; i += 1) visit(place(i));
    },
    backwards(state, visit) {
      for (let i = state[offset] - 1; i >= 0; i -= 1) visit(place(i));
    },
    some: (state, test) => find(state, test) !== -1,
    removeFirst(state, test) {
      const at = find(state, test);
      if (at === -1) return false;
      take(state, at);
      return true;
    },
    remove(state, at) {
      const found = find(state, (other) => {
        for (let field = 0; field < fields; field += 1) if (state[other + field] !== state[at + field]) return false;
        return true;
      });
      take(state, found);
      return found === at ? undefined : at - fields;
    },
  };
}
