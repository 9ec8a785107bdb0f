import { createArena, type Arena } from '../../src/memory/arena.js';
import { controlBlocks } from '../../src/memory/control.js';
import { createStream } from '../../src/random/stream.js';
import { rowsOf, type ItemSampler } from '../../src/replay/item-sampler.js';
import { createItemReader, type ItemShape, type ReadItem } from '../../src/replay/items.js';
import { SLOT } from '../../src/replay/ring.js';
import { SAMPLERS, type SamplerName } from '../../src/replay/samplers.js';
import { attachSegments, createSegmentWriter, segmentBlocks, type SegmentShape, type Segments } from '../../src/replay/segment.js';

export interface Step {
  readonly reward: number;
  readonly end?: 'terminated' | 'truncated' | undefined;
}

export interface Filled {
  readonly arena: Arena;
  readonly segments: Segments;
  readonly read: ReadItem;
  /** Writes a step, and after an end the last observation; observations are the numbers of their slots. */
  step(step: Step, segment?: number): void;
  sampler(name: SamplerName, exponent?: number, seed?: number): ItemSampler;
}

/** A replay of observations of one number, in the blocks that a sampler needs. */
export function createFilled(shape: Partial<SegmentShape>, items: ItemShape, name: SamplerName = 'uniform'): Filled {
  const whole: SegmentShape = { segments: 1, capacity: 16, observations: 1, type: 'float32', components: 1, ...shape };
  const arena = createArena([...controlBlocks(1), ...segmentBlocks(whole), ...SAMPLERS[name].blocks(rowsOf(whole))]);
  const segments = attachSegments(arena, whole);
  const writers = Array.from({ length: whole.segments }, (_, segment) => createSegmentWriter(arena, segments, segment));
  const read = createItemReader(segments, items);
  return {
    arena,
    segments,
    read,
    step({ reward, end }, segment = 0) {
      const writer = writers[segment];
      const number = segments.stored(segment);
      writer.write(number, [number % 200], [number % 3], reward, end === 'terminated' ? SLOT.terminal : SLOT.transition);
      if (end !== undefined) writer.writeLast(number + 1, [(number + 1) % 200]);
      writer.publish(number + (end === undefined ? 1 : 2));
    },
    sampler: (of, exponent = 1, seed = 1) => SAMPLERS[of].create({ arena, segments, read, stream: createStream(seed, 'replay'), exponent }),
  };
}

export const readOnce = ({ read }: Filled, row: number) => ({ ...read(row, { span: 0, return: 0, discount: 0 }) });
