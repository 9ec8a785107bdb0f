import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { FileError, InternalError, JournalError } from '../../src/errors.js';
import { TAKEN } from '../../src/journal/entries.js';
import { openJournal } from '../../src/journal/file.js';
import { encodeClosing, encodeFrame, encodeHeader, FRAME, type JournalHeader } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/read-journal.js';
import { fullDisk } from '../files/fixture.js';
import { bytesOf, programsOf, record, type Call, type Program } from './fixture.js';

const END = { stopped: false, weightsSha256: 'ab'.repeat(32) };
const newPath = () => join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'journal.bin');
const headerOf = (partitions: number): JournalHeader => ({ ticks: 2, partitions, goal: 100, settings: { seed: 7, environment: 'Pendulum-v1' }, digest: 'beef' });

/** The file of programs, one for each partition, with as many commands in each. */
function write(programs: readonly Program[]): { path: string; bytes: Buffer } {
  const path = newPath();
  const file = openJournal(path, headerOf(programs.length));
  const commands = programs.map(record);
  commands[0].forEach((_, command) => {
    commands.forEach((own, partition) => { file.append({ partition, ...own[command] }, 10 * command); });
  });
  file.close(END);
  return { path, bytes: readFileSync(path) };
}

/** A partition of two that makes `updates` updates in each command. */
function steady(updates: readonly number[]): Program {
  let update = 0;
  const calls = updates.map((count) => [...Array.from({ length: count }, (): Call[] => {
    update += 1;
    return [{ kind: 'act' }, { kind: 'update', stored: update, steps: update, sources: [TAKEN, update % 3 === 0 ? TAKEN : update] }];
  }).flat(), { kind: 'end' } satisfies Call]);
  return { shape: { ticks: 2, peers: 1 }, calls: calls.flat() };
}

const SMALL = [steady([3, 2, 1]), steady([2, 0, 3])];

test('a file returns the entries that were written', (t) => {
  const { bytes } = write(SMALL);
  const { logs, ...rest } = readJournal(bytes);
  t.deepEqual(rest, { ...headerOf(2), shape: { ticks: 2, peers: 1 }, halts: [0, 10, 20], ...END });
  t.deepEqual(logs.map(({ updates }) => updates), [6, 5]);
  logs.forEach((log, partition) => { t.deepEqual(Buffer.from(log.bytes), bytesOf(SMALL[partition])); });
});

/** Programs of as many commands as the first. */
function sameCommands([first, ...others]: readonly Program[]): Program[] {
  const commandsOf = ({ calls }: Program) => calls.filter(({ kind }) => kind === 'end').length;
  const most = Math.max(...[first, ...others].map(commandsOf));
  return [first, ...others].map((program) => ({ ...program, calls: [...program.calls, ...new Array<Call>(most - commandsOf(program)).fill({ kind: 'end' })] }));
}

test('files of random programs give these back', (t) => {
  const any = fc.integer({ min: 1, max: 4 }).chain((partitions) => fc.array(programsOf({ ticks: 2, peers: partitions - 1 }), { minLength: partitions, maxLength: partitions }));
  fc.assert(
    fc.property(any, (given) => {
      const programs = sameCommands(given);
      const { logs } = readJournal(write(programs).bytes);
      logs.forEach((log, partition) => { t.deepEqual(Buffer.from(log.bytes), Buffer.from(bytesOf(programs[partition]))); });
    }),
    { seed: 1, numRuns: 60 },
  );
});

/** What a broken journal is refused with; undefined where it is not refused. */
function refusal(bytes: Uint8Array): JournalError | undefined {
  try {
    readJournal(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
}

test('every change of a single byte is refused', (t) => {
  const { bytes } = write(SMALL);
  const accepted: string[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const original = bytes[at];
    for (let other = 0; other < 256; other += 1) {
      if (other === original) continue;
      bytes[at] = other;
      if (refusal(bytes) === undefined) accepted.push(`byte ${at}: ${original} became ${other}`);
    }
    bytes[at] = original;
  }
  t.deepEqual(accepted, []);
  t.is(refusal(bytes), undefined);
});

test('every journal that is cut short is refused, and so are bytes after its end', (t) => {
  const { bytes } = write(SMALL);
  for (let length = 0; length < bytes.length; length += 1) t.regex(refusal(bytes.subarray(0, length))?.message ?? '', /\((cut short.*|it is no journal)\)$/, `${length} bytes`);
  t.is(refusal(Buffer.concat([bytes, Buffer.of(0)]))?.message, 'the journal breaks at update 6 of partition 0 (bytes after the closing frame)');
});

/** The parts of a journal of two partitions. */
function partsOf(programs: readonly Program[]): { header: Uint8Array; frames: Uint8Array[]; closing: Uint8Array } {
  const counted = [0, 0];
  const commands = programs.map(record);
  const frames = commands[0].flatMap((_, command) => commands.map((own, partition) => {
    const { updates, bytes } = own[command];
    const first = counted[partition];
    counted[partition] = updates;
    return encodeFrame({ kind: FRAME.command, partition, command, updates: updates - first, step: 10 * command, first }, bytes);
  }));
  return { header: encodeHeader(headerOf(2)), frames, closing: encodeClosing(commands[0].length, 10 * (commands[0].length - 1), { updates: counted, ...END }) };
}

/** The message for a journal whose frames were rearranged. */
function rearranged(change: (frames: Uint8Array[]) => void, programs = SMALL): string | undefined {
  const { header, frames, closing } = partsOf(programs);
  change(frames);
  return refusal(Buffer.concat([header, ...frames, closing]))?.message;
}

test('frames that are missing, doubled or swapped are refused where it happens', (t) => {
  const out = 'a frame is missing, doubled or swapped';
  t.is(rearranged(() => undefined), undefined);
  t.is(rearranged((frames) => frames.splice(1, 1)), `the journal breaks at update 0 of partition 1 (${out})`);
  t.is(rearranged((frames) => frames.splice(2, 2)), `the journal breaks at update 3 of partition 0 (${out})`); // all of a command
  t.is(rearranged((frames) => frames.splice(3, 1)), `the journal breaks at update 2 of partition 1 (${out})`); // no update in it
  t.is(rearranged((frames) => frames.splice(4, 2)), `the journal breaks at update 5 of partition 0 (${out})`); // the last command
  t.is(rearranged((frames) => frames.splice(5, 1)), `the journal breaks at update 2 of partition 1 (${out})`); // the very last frame
  t.is(rearranged((frames) => frames.splice(2, 0, frames[2])), `the journal breaks at update 2 of partition 1 (${out})`);
  t.is(rearranged((frames) => frames.splice(2, 2, frames[3], frames[2])), `the journal breaks at update 3 of partition 0 (${out})`);
  t.is(rearranged((frames) => frames.splice(2, 3, frames[4], frames[3], frames[2])), `the journal breaks at update 3 of partition 0 (${out})`);
});

test('the place of a break is the first update that is not known to be whole', (t) => {
  const long = [steady([12_345, 100]), steady([12_345, 100])];
  t.is(rearranged((frames) => { frames[3][200] ^= 1; }, long), 'the journal breaks at update 12,345 of partition 1 (checksum)');
  const { header, frames } = partsOf(long);
  const cut = (bytes: Uint8Array) => refusal(bytes)?.message;
  t.is(cut(Buffer.concat([header, ...frames.slice(0, 2)])), 'the journal breaks at update 12,345 of partition 0 (cut short: the next frame is missing)');
  t.is(cut(Buffer.concat([header, ...frames])), 'the journal breaks at update 12,445 of partition 0 (cut short: the next frame is missing)');
  t.regex(cut(Buffer.concat([header, frames[0].subarray(0, 20_000)])) ?? '', /^the journal breaks at update 5,\d\d\d of partition 0 \(cut short\)$/);
  t.deepEqual(refusal(Buffer.concat([header, ...frames]))?.place, { partition: 0, update: 12_445 });
});

test('a journal whose header is not whole breaks there', (t) => {
  const { bytes } = write(SMALL);
  const altered = (at: number) => refusal(Buffer.concat([bytes.subarray(0, at), Buffer.of(bytes[at] ^ 1), bytes.subarray(at + 1)]));
  t.is(altered(0)?.message, 'the journal breaks in its header (it is no journal)');
  t.is(altered(8)?.message, 'the journal breaks in its header (format 3, and this version reads format 2)');
  t.is(altered(30)?.message, 'the journal breaks in its header (checksum)');
  t.is(altered(30)?.place, null);
  t.is(refusal(new Uint8Array(0))?.message, 'the journal breaks in its header (it is no journal)');
  const odd = (header: object) => refusal(Buffer.concat([encodeHeader(header as JournalHeader), bytes.subarray(0, 0)]))?.message;
  for (const header of [{ ...headerOf(0) }, { ...headerOf(2), ticks: -1 }, { ...headerOf(2), goal: '5' }, { ticks: 2, partitions: 2, goal: 5, settings: {} }]) t.is(odd(header), 'the journal breaks in its header (settings that cannot be read)');
});

test('frames that lie about their bytes are refused, though their checksum is right', (t) => {
  const lying = (change: Partial<{ updates: number; step: number; kind: number; body: Uint8Array }>) => {
    const { bytes, updates } = record(SMALL[0])[0];
    const { body = bytes, ...head } = change;
    return refusal(Buffer.concat([encodeHeader(headerOf(2)), encodeFrame({ kind: FRAME.command, partition: 0, command: 0, updates, step: 0, first: 0, ...head }, body)]))?.message;
  };
  const unread = (update: number) => `the journal breaks at update ${update} of partition 0 (entries that cannot be read)`;
  t.is(lying({ updates: 2 }), unread(2));
  t.is(lying({ updates: 4 }), unread(3));
  t.is(lying({ body: Uint8Array.of(0, 0, 0, 0, 0) }), unread(2));
  t.is(lying({ body: Uint8Array.of(0, 0, 0, 0, 0, 0) }), unread(3)); // no end of the command
  t.is(lying({ kind: 3 }), 'the journal breaks at update 0 of partition 0 (a frame of no known kind)');
});

test('frames of one command that ended at different steps, and commands that go back, are refused', (t) => {
  const { header, frames } = partsOf(SMALL);
  const { bytes, updates } = record(SMALL[1])[0];
  const other = (step: number) => refusal(Buffer.concat([header, frames[0], encodeFrame({ kind: FRAME.command, partition: 1, command: 0, updates, step, first: 0 }, bytes), ...frames.slice(2)]))?.message;
  t.is(other(1), 'the journal breaks at update 0 of partition 1 (a frame is missing, doubled or swapped)');
  const back = encodeFrame({ kind: FRAME.command, partition: 0, command: 2, updates: 1, step: 9, first: 5 }, record(SMALL[0])[2].bytes);
  t.is(refusal(Buffer.concat([header, ...frames.slice(0, 4), back]))?.message, 'the journal breaks at update 5 of partition 0 (a frame is missing, doubled or swapped)');
});

test('a file has its length and the number of its updates', (t) => {
  const path = newPath();
  const file = openJournal(path, headerOf(1));
  file.append({ partition: 0, ...record({ shape: { ticks: 2, peers: 0 }, calls: [{ kind: 'update', stored: 1, steps: 1, sources: [] }, { kind: 'end' }] })[0] }, 1);
  file.close(END);
  t.deepEqual([file.length, file.updates], [readFileSync(path).length, 1]);
});

test('totals that are not those of the frames are refused', (t) => {
  const { header, frames } = partsOf(SMALL);
  t.is(refusal(Buffer.concat([header, ...frames, encodeClosing(3, 20, { updates: [6, 6], ...END })]))?.message, 'the journal breaks at update 6 of partition 0 (totals)');
});

test('a file that is there already is not written over', (t) => {
  const { path } = write(SMALL);
  t.throws(() => openJournal(path, headerOf(2)), { code: 'EEXIST' });
});

test('on a full disk a journal ends in a whole frame, and its readers report where', (t) => {
  const whole = write(SMALL).bytes;
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (room) => {
      const path = newPath();
      const error = t.throws(() => {
        const file = openJournal(path, headerOf(2), fullDisk(room));
        const commands = SMALL.map(record);
        commands[0].forEach((_, command) => { commands.forEach((own, partition) => { file.append({ partition, ...own[command] }, 10 * command); }); });
        file.close(END);
      }, { instanceOf: FileError });
      t.is(error.message, `${path} cannot be written (ENOSPC: no space left on device)`);
      const bytes = readFileSync(path);
      t.true(bytes.length <= room && whole.subarray(0, bytes.length).equals(bytes));
      t.regex(refusal(bytes)?.message ?? '', /it is no journal|the next frame is missing/);
    }),
    { seed: 1 },
  );
});

test('a file that was abandoned is refused by its readers', (t) => {
  const path = newPath();
  const file = openJournal(path, headerOf(1));
  const [command] = record({ shape: { ticks: 2, peers: 0 }, calls: [{ kind: 'act' }, { kind: 'end' }] });
  file.append({ partition: 0, ...command }, 0);
  file.abandon();
  file.abandon();
  t.is(refusal(readFileSync(path))?.message, 'the journal breaks at update 0 of partition 0 (cut short: the next frame is missing)');
  t.throws(() => { file.close(END); }, { instanceOf: InternalError });
});

test('partitions come in their order, and whole commands only', (t) => {
  const file = openJournal(newPath(), headerOf(2));
  const [command] = record(SMALL[0]);
  t.throws(() => { file.append({ partition: 1, ...command }, 0); }, { instanceOf: InternalError, message: 'the journal does not wait for partition 1' });
  file.append({ partition: 0, ...command }, 0);
  t.throws(() => { file.close(END); }, { instanceOf: InternalError, message: 'the journal ends within a command' });
  file.abandon();
});
