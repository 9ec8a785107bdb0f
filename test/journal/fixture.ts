import fc from 'fast-check';

import { TAKEN, type JournalShape } from '../../src/journal/entries.js';
import type { JournalReader } from '../../src/journal/reader.js';
import { createJournalWriter } from '../../src/journal/writer.js';

/** What a partition did, one call after another. */
export type Call =
  | { readonly kind: 'act' }
  | { readonly kind: 'end' }
  /** Sources are [ticks, peers], row-major; null: nothing was read. */
  | { readonly kind: 'update'; readonly stored: number; readonly steps: number; readonly sources: readonly number[] | null };

export interface Program {
  readonly shape: JournalShape;
  readonly calls: readonly Call[];
}

/** The program's bytes, command by command, and its updates after each. */
export function record({ shape, calls }: Program): { bytes: Uint8Array; updates: number }[] {
  const writer = createJournalWriter(shape);
  const commands: { bytes: Uint8Array; updates: number }[] = [];
  for (const call of calls) {
    if (call.kind === 'act') writer.act();
    else if (call.kind === 'end') {
      writer.end();
      commands.push({ bytes: writer.takeBytes(), updates: writer.updates });
    } else {
      writer.begin(call.stored, call.steps);
      call.sources?.forEach((version, i) => { writer.source(i % shape.peers, Math.floor(i / shape.peers), version); });
    }
  }
  return commands;
}

export const bytesOf = (program: Program): Uint8Array => Buffer.concat(record(program).map(({ bytes }) => bytes));

/** The reader's next call. */
export function readCall(reader: JournalReader, { ticks, peers }: JournalShape): Call | undefined {
  const kind = reader.next();
  if (kind === 'over') return undefined;
  if (kind !== 'update') return { kind };
  const sources = reader.reads ? Array.from({ length: ticks * peers }, (_, i) => reader.source(i % peers, Math.floor(i / peers))) : null;
  return { kind, stored: reader.stored, steps: reader.steps, sources };
}

/** A number of usual size, or any. */
const count = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }) }, { weight: 1, arbitrary: fc.nat({ max: 2 ** 40 }) });

const act = fc.record({ kind: fc.constant('act' as const) });
const end = fc.record({ kind: fc.constant('end' as const) });
const updateOf = (sources: number) => fc.record({
  kind: fc.constant('update' as const),
  stored: count,
  steps: count,
  sources: fc.oneof({ weight: 4, arbitrary: fc.array(fc.oneof(fc.constant(TAKEN), count), { minLength: sources, maxLength: sources }) }, { weight: 1, arbitrary: fc.constant(null) }),
});

/** Programs of a shape: numbers that only grow, made of random increments. */
export function programsOf(shape: JournalShape): fc.Arbitrary<Program> {
  const update = updateOf(shape.ticks * shape.peers);
  const call = fc.oneof({ weight: 4, arbitrary: act }, { weight: 3, arbitrary: update }, { weight: 1, arbitrary: end });
  return fc.array(call, { maxLength: 60 }).map((increments) => {
    const heard = new Array<number>(shape.peers).fill(0);
    let [stored, steps] = [0, 0];
    const calls = [...increments, { kind: 'end' as const }].map((each): Call => {
      if (each.kind !== 'update') return each;
      [stored, steps] = [stored + each.stored, steps + each.steps];
      const sources = each.sources?.map((source, i) => (source === TAKEN ? TAKEN : (heard[i % shape.peers] += source))) ?? null;
      return { kind: 'update', stored, steps, sources: shape.peers * shape.ticks === 0 ? [] : sources };
    });
    return { shape, calls };
  });
}

export const programs = fc.record({ ticks: fc.integer({ min: 1, max: 4 }), peers: fc.integer({ min: 0, max: 5 }) }).chain(programsOf);
