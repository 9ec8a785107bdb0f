import type { FloatArray } from '../kernels/kernels.js';

/** The voltages of all neurons in a number of lanes, one observation each. Acting is the case of one lane. */
export interface Activations<Numbers extends FloatArray = Float32Array> {
  readonly lanes: number;
  /** [neurons, lanes], row-major */
  readonly voltages: Numbers;
  /** z = K v before the activation; only the rows this thread computes; [neurons, lanes], row-major */
  readonly weightedInputs: Numbers;
  /** 0 for lesioned neurons, else 1; absent without lesions; [neurons] */
  readonly alive?: Int32Array;
}

/** The neurons and lanes that a tick computes. */
export interface TickRange {
  readonly begin: number;
  readonly end: number;
  readonly laneBegin: number;
  readonly laneEnd: number;
}
