import type { Activations } from '../network/activations.js';
import type { Transitions } from '../replay/minibatch.js';

/** A minibatch as objectives, credit and rules see it. The activations' lanes 0..size are the sampled states, size..2·size their successors. */
export interface Batch extends Transitions {
  readonly activations: Activations;
  /** True for the first transition of an episode; of a minibatch from the replay always false. */
  readonly episodeStart: boolean;
  /** The first neuron that explores: `acted` starts with its row. */
  readonly firstStochastic: number;
  /** Of the stream: the same neurons' voltages as acted in the successor; [stochasticNeurons] */
  readonly sampledNext?: Float32Array;
}
