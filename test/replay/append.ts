import type { Arena } from '../../src/memory/arena.js';
import { WORD } from '../../src/memory/control.js';
import type { ReplayRing, SlotKind } from '../../src/replay/ring.js';

/** Writes the next slot of a replay, and counts it. */
export function append(arena: Arena, replay: ReplayRing, voltages: Float32Array, firstStochastic: number, reward: number, kind: SlotKind): void {
  replay.write(replay.stored(), voltages, firstStochastic, reward, kind);
  Atomics.add(arena.int32('control'), WORD.stored, 1);
}
