import type { Arena } from '../../../src/memory/arena.js';

/** Thrown in place of a write: as if the thread had been killed before it. */
export class Killed extends Error {}

/** Lets so many writes to shared memory happen, and throws in place of the next. */
export interface Budget {
  left: number;
}

function spend(budget: Budget): void {
  if (budget.left === 0) throw new Killed();
  budget.left -= 1;
}

/** Methods that write, each as one piece. */
const WRITERS: readonly unknown[] = ['set', 'fill', 'copyWithin'];

/** An array that dies with the budget. Its methods work on the array itself. */
function mortal<Numbers extends Float32Array | Float64Array | Int32Array>(numbers: Numbers, budget: Budget): Numbers {
  return new Proxy(numbers, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key === 'subarray') return (...range: number[]) => mortal(target.subarray(...range), budget);
      if (typeof value !== 'function') return value;
      const method = (value as (...values: unknown[]) => unknown).bind(target);
      if (!WRITERS.includes(key)) return method;
      return (...values: unknown[]) => {
        spend(budget);
        return method(...values);
      };
    },
    set(target, key, value) {
      spend(budget);
      return Reflect.set(target, key, value, target);
    },
  });
}

/** The arena as a thread sees it that is killed at the end of the budget; words for Atomics are counted by `countingAtomics`. */
export function mortalArena(arena: Arena, budget: Budget): Arena {
  return {
    ...arena,
    float32: (name) => mortal(arena.float32(name), budget),
    float64: (name) => mortal(arena.float64(name), budget),
    int32: (name) => (name.startsWith('replay/') ? mortal(arena.int32(name), budget) : arena.int32(name)),
  };
}

/** Runs the action while every store and sum through Atomics costs the budget, too. */
export function countingAtomics<Result>(budget: Budget, action: () => Result): Result {
  const { store, add } = Atomics;
  Atomics.store = ((...values: Parameters<typeof store>) => { spend(budget); return store(...values); }) as typeof store;
  Atomics.add = ((...values: Parameters<typeof add>) => { spend(budget); return add(...values); }) as typeof add;
  try {
    return action();
  } finally {
    Object.assign(Atomics, { store, add });
  }
}
