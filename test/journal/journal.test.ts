import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import { InternalError } from '../../src/errors.js';
import { createEntryCursor, TAKEN, type JournalShape } from '../../src/journal/entries.js';
import { createJournalReader } from '../../src/journal/reader.js';
import { createJournalWriter } from '../../src/journal/writer.js';
import { createStream } from '../../src/random/stream.js';
import { bytesOf, programs, readCall, type Call, type Program } from './fixture.js';

const TWO: JournalShape = { ticks: 2, peers: 1 };
const act: Call = { kind: 'act' };
const end: Call = { kind: 'end' };

test('entries have the bytes of their description', (t) => {
  const calls: Call[] = [
    act, act, { kind: 'update', stored: 1, steps: 1, sources: [TAKEN, TAKEN] },
    { kind: 'update', stored: 301, steps: 3, sources: [TAKEN, 5] },
    act, { kind: 'update', stored: 301, steps: 3, sources: [5, 205] },
    { kind: 'update', stored: 302, steps: 4, sources: null },
    act, end,
  ];
  t.deepEqual([...bytesOf({ shape: TWO, calls })], [
    0b001_001_00, 2,
    0b010_111_01, 0, 0xac, 0x02, 0b10, 5,
    0b000_000_01, 1, 0b11, 0, 0xc8, 0x01,
    0b001_001_10, 0,
    0b11, 1,
  ]);
});

test('an update whose voltages were all taken takes two bytes, whatever the number of peers', (t) => {
  for (const peers of [0, 1, 7, 100]) {
    const sources = new Array<number>(2 * peers).fill(TAKEN);
    const calls: Call[] = Array.from({ length: 1000 }, (_, i): Call[] => [act, act, act, { kind: 'update', stored: i, steps: i, sources }]).flat();
    t.is(bytesOf({ shape: { ticks: 2, peers }, calls: [...calls, end] }).length, 2 * 1000 + 2);
  }
});

test('entries are read back call by call', (t) => {
  fc.assert(
    fc.property(programs, ({ shape, calls }) => {
      const reader = createJournalReader(bytesOf({ shape, calls }), shape);
      for (const call of calls) t.deepEqual(readCall(reader, shape), call);
      t.is(reader.next(), 'over');
      t.is(reader.next(), 'over');
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** What the peeks are to say, by a plain scan from call `position` on; `passed` sources are those of the call itself. */
function scan({ shape: { ticks, peers }, calls }: Program, position: number, update: number, peer: number, passed: (i: number) => boolean) {
  let [taken, version] = [Infinity, Infinity];
  let number = update;
  for (let at = position; at < calls.length; at += 1) {
    const call = calls[at];
    if (call.kind !== 'update') continue;
    for (let tick = 0; tick < ticks; tick += 1) {
      const i = tick * peers + peer;
      if (call.sources === null || (at === position && passed(i))) continue;
      if (call.sources[i] === TAKEN) taken = Math.min(taken, number);
      else version = Math.min(version, call.sources[i]);
    }
    number += 1;
  }
  return { taken, version };
}

function comparePeeks(t: ExecutionContext, program: Program, peeked: (peer: number) => boolean): void {
  const { shape, calls } = program;
  const reader = createJournalReader(bytesOf(program), shape);
  let update = 0; // of the call at `position`, or the next one
  const compare = (position: number, passed: (i: number) => boolean) => {
    for (let peer = 0; peer < shape.peers; peer += 1) {
      if (!peeked(peer)) continue;
      t.deepEqual({ taken: reader.nextTaken(peer), version: reader.nextVersion(peer) }, scan(program, position, update, peer, passed));
    }
  };
  compare(0, () => false);
  calls.forEach((call, position) => {
    reader.next();
    t.is(reader.update, update);
    compare(position, () => false);
    if (call.kind !== 'update') return;
    const seen = new Set<number>();
    for (let i = 0; i < (call.sources?.length ?? 0); i += 1) {
      reader.pass(i % shape.peers, Math.floor(i / shape.peers));
      seen.add(i);
      compare(position, (source) => seen.has(source));
    }
    update += 1;
  });
  reader.next();
  for (let peer = 0; peer < shape.peers; peer += 1) t.deepEqual([reader.nextTaken(peer), reader.nextVersion(peer)], [Infinity, Infinity]);
}

test('peeks agree with a plain scan, before, within and after every update', (t) => {
  fc.assert(fc.property(programs, (program) => { comparePeeks(t, program, () => true); }), { seed: 1, numRuns: 150 });
});

test('peeks agree with a plain scan where only some peers are looked at', (t) => {
  fc.assert(fc.property(programs, (program) => { comparePeeks(t, program, (peer) => peer % 2 === 1); }), { seed: 2, numRuns: 100 });
});

test('bytes that are cut anywhere within an entry are broken there, and those before it are whole', (t) => {
  fc.assert(
    fc.property(programs, (program) => {
      const bytes = bytesOf(program);
      const starts = new Set([0]);
      for (let length = 0; length <= bytes.length; length += 1) {
        const cursor = createEntryCursor(bytes.subarray(0, length), program.shape);
        do cursor.advance(); while (['update', 'end'].includes(cursor.kind));
        if (cursor.kind === 'over') starts.add(length);
        else t.is(cursor.kind, 'broken');
      }
      t.is(starts.size, 1 + program.calls.filter(({ kind }) => kind !== 'act').length);
    }),
    { seed: 1, numRuns: 50 },
  );
});

/** A run of 8 partitions in which a source was computed with some probability, from weights a few versions old. */
function usual(computed: number): { program: Program; updates: number } {
  const updates = 5000;
  const shape = { ticks: 2, peers: 7 };
  const stream = createStream(1, 'journal');
  const heard = new Array<number>(shape.peers).fill(0);
  const calls = Array.from({ length: updates }, (_, update): Call[] => {
    const sources = Array.from({ length: 14 }, (__, i) => {
      if (stream.uniform() >= computed) return TAKEN;
      heard[i % 7] = Math.max(heard[i % 7], update - stream.integer(20));
      return heard[i % 7];
    });
    return [act, act, { kind: 'update', stored: update, steps: update, sources }];
  });
  return { program: { shape, calls: [...calls.flat(), end] }, updates };
}

for (const [computed, most] of [[0, 2.1], [0.1, 7], [0.3, 9], [1, 18.1]] as const) {
  test(`with 8 partitions and ${100 * computed} % of the sources computed, an update takes at most ${most} bytes`, (t) => {
    const { program, updates } = usual(computed);
    const size = bytesOf(program).length / updates;
    t.log(`${size.toFixed(2)} bytes`);
    t.true(size <= most, `${size}`);
  });
}

test('taken bytes belong to the caller, and a writer continues after them', (t) => {
  const writer = createJournalWriter(TWO);
  writer.end();
  const first = writer.takeBytes();
  writer.act();
  writer.end();
  t.deepEqual([...first], [3, 0]);
  t.deepEqual([...writer.takeBytes()], [3, 1]);
  t.deepEqual([...writer.takeBytes()], []);
});

const MISTAKES: [string, (writer: ReturnType<typeof createJournalWriter>) => void, string][] = [
  ['some sources only', (writer) => { writer.begin(0, 0); writer.source(0, 1, TAKEN); writer.act(); }, 'update 0 names 1 of its 2 sources'],
  ['a source twice', (writer) => { writer.begin(0, 0); writer.source(0, 1, TAKEN); writer.source(0, 1, 3); }, 'no update waits for a source of peer 0 in tick 1'],
  ['a source of no peer', (writer) => { writer.begin(0, 0); writer.source(1, 0, TAKEN); }, 'no update waits for a source of peer 1 in tick 0'],
  ['a source outside of an update', (writer) => { writer.act(); writer.source(0, 0, TAKEN); }, 'no update waits for a source of peer 0 in tick 0'],
  ['what is no version', (writer) => { writer.begin(0, 0); writer.source(0, 0, -2); }, '-2 is no version of peer 0'],
  ['a version that falls', (writer) => { writer.begin(0, 0); writer.source(0, 0, 5); writer.source(0, 1, 4); writer.end(); }, 'version 4 of peer 0 comes after version 5'],
  ['steps that fall', (writer) => { writer.begin(3, 3); writer.begin(3, 2); }, 'update 1 sees fewer slots or steps than the one before'],
  ['bytes within a command', (writer) => { writer.act(); writer.takeBytes(); }, 'the command has not ended'],
];

for (const [mistake, make, message] of MISTAKES) {
  test(`a writer refuses ${mistake}`, (t) => {
    t.throws(() => { make(createJournalWriter(TWO)); }, { instanceOf: InternalError, message });
  });
}

test('a reader refuses to name sources where none were read', (t) => {
  const reader = createJournalReader(bytesOf({ shape: TWO, calls: [{ kind: 'update', stored: 0, steps: 0, sources: null }, end] }), TWO);
  t.throws(() => reader.source(0, 0), { instanceOf: InternalError, message: 'no update has a source of peer 0 in tick 0' });
  reader.next();
  t.false(reader.reads);
  t.throws(() => reader.source(0, 0), { instanceOf: InternalError, message: 'update 0 read nothing of its peers when it was recorded' });
});

test('a reader refuses bytes that are not whole', (t) => {
  const reader = createJournalReader(Uint8Array.of(0b001_001_00, 2, 0b01), TWO);
  t.deepEqual([reader.next(), reader.next(), reader.next()], ['act', 'act', 'update']);
  t.throws(() => reader.next(), { instanceOf: InternalError, message: 'the journal was not checked: it breaks at update 1' });
});
