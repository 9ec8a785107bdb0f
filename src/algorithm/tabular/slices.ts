/** A computation on this thread in slices, between which signals come in. */
export interface Slices {
  readonly signal: AbortSignal;
  /** True where a slice is over. */
  due(): boolean;
  rest(): Promise<void>;
}

/** Milliseconds of a slice. */
const SLICE = 20;

export function createSlices(signal: AbortSignal): Slices {
  let end = performance.now() + SLICE;
  return {
    signal,
    due: () => performance.now() >= end,
    async rest() {
      await new Promise((resolve) => { setImmediate(resolve); });
      end = performance.now() + SLICE;
    },
  };
}
