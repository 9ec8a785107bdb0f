import { makeEnvironment } from '../../../src/index.js';
import type { Arena } from '../../../src/memory/arena.js';
import { attachReplay, SLOT } from '../../../src/replay/ring.js';
import type { RunLayout } from '../../../src/placement/partitioned/run-layout.js';

/** What is in an unbroken replay of Pendulum-v1: observations in order, each transition followed by the slot it leads to, its environment's next. */
export interface Sequence {
  readonly stored: number;
  readonly transitions: number;
  /** Transitions whose successor is still to be stored. */
  readonly open: number;
  /** Slots that do not lead to their successors, by the environment's own reckoning. */
  readonly breaks: readonly number[];
}

/** Steps the environment from every slot with the action stored there, and compares what comes with what is stored. */
export function readSequence({ ring, decoder, encoder, topology }: RunLayout, arena: Arena): Sequence {
  const replay = attachReplay(arena, ring);
  const environment = makeEnvironment('Pendulum-v1');
  const { inputs, stochasticNeurons } = ring;
  const stored = replay.stored();
  const expected = new Float32Array(inputs);
  const breaks: number[] = [];
  let transitions = 0;
  let open = 0;
  for (let slot = 0; slot < Math.min(stored, ring.capacity); slot += 1) {
    if (replay.kind[slot] === SLOT.final) continue;
    transitions += 1;
    const successor = (slot + (replay.next?.[slot] ?? 1)) % ring.capacity;
    if (successor === slot || successor === stored) { // it is shown, and not stored yet
      open += 1;
      continue;
    }
    const [, cosine, sine, speed] = replay.inputVoltages.subarray(slot * inputs, (slot + 1) * inputs);
    environment.setState([Math.atan2(sine, cosine), 8 * speed]);
    const outputs = replay.sampled.subarray((slot + 1) * stochasticNeurons - (topology.neurons - topology.outputs.begin), (slot + 1) * stochasticNeurons);
    const { observation, reward } = environment.step(decoder.decode(outputs));
    encoder.encode(observation, expected);
    const same = expected.every((voltage, i) => Math.abs(voltage - replay.inputVoltages[successor * inputs + i]) < 1e-4);
    if (!same || Math.abs(reward - replay.reward[slot]) > 1e-3) breaks.push(slot);
  }
  return { stored, transitions, open, breaks };
}
