/** What is altered. Each kind has a file with its generator. */
export const KINDS = ['configurations', 'graphs', 'flags', 'checkpoints', 'journals', 'trials', 'calls'] as const;
export type Kind = (typeof KINDS)[number];

/** One altered input. The same seed, kind and number give the same case. */
export interface FuzzCase {
  /** What was altered, one line each. */
  readonly words: readonly string[];
  /** Of `node scenarios/run`, in the folder of the case; undefined where the library is called. */
  readonly args?: readonly string[];
  /** The calls of the library; what they return is awaited. */
  readonly call?: () => unknown;
  /** Files by their paths in the folder of the case; null: a folder. */
  readonly files: Readonly<Record<string, Uint8Array | string | null>>;
  /** Names in the folder of the case that the run may add; undefined: any, because an output folder was drawn. */
  readonly adds?: readonly string[];
}

/** What names a case. */
export interface CaseName {
  readonly seed: number;
  readonly kind: Kind;
  readonly number: number;
}

/** What came of a case, and what it took. */
export interface Outcome {
  /** Exit status; null: the process ended by a signal, or an error escaped: see `fault`. */
  readonly status: number | null;
  readonly stderr: string;
  /** Processor time above an empty start, in seconds. */
  readonly cpuSeconds: number;
  /** Peak of resident memory above an empty start, in bytes. */
  readonly memoryBytes: number;
  /** A fault that the exit status does not show. */
  readonly fault?: string;
}
