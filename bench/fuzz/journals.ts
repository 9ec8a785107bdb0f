import { rerun } from '../../scenarios/rerun.js';
import { isRecord } from '../../src/check.js';
import { decodeFrame, encodeFrame, FRAME, HEADER_BYTES, MAGIC, type Frame } from '../../src/journal/frame.js';
import { crc32c } from '../../src/telemetry/crc32c.js';
import { alterBytes, otherDigit, EXPLANATIONS, type AlteredBytes } from './bytes.js';
import type { FuzzCase } from './case.js';
import { alterData, describe } from './data.js';
import type { Draw } from './draw.js';
import { inRun, readOriginal, type Original } from './originals.js';
import { toText } from './values.js';

/** A journal taken apart. */
interface Parts {
  readonly json: string;
  readonly frames: readonly Frame[];
}

function takeApart(bytes: Uint8Array): Parts {
  const end = HEADER_BYTES + Buffer.from(bytes).readUInt32LE(MAGIC.length + 4);
  const frames: Frame[] = [];
  for (let frame = decodeFrame(bytes, end + 4); frame !== undefined; frame = decodeFrame(bytes, frame.end)) frames.push(frame);
  return { json: Buffer.from(bytes.subarray(HEADER_BYTES, end)).toString(), frames };
}

/** A journal whose checksums are right, whatever is in it. @param claim length of the header in place of the true one */
function sign({ json, frames }: Parts, format = 1, claim?: number): Uint8Array {
  const text = Buffer.from(json);
  const header = Buffer.concat([MAGIC, Buffer.alloc(8), text]);
  header.writeUInt32LE(format, MAGIC.length);
  header.writeUInt32LE(claim ?? text.length, MAGIC.length + 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32c(header));
  return Buffer.concat([header, checksum, ...frames.map((frame) => encodeFrame(frame, frame.body))]);
}

/** A forged journal: checksums are right, contents are not. */
function forge(draw: Draw, file: Uint8Array): AlteredBytes {
  const parts = takeApart(file);
  const { json, frames } = parts;
  const at = draw.below(frames.length);
  const frame = frames[at];
  const put = (other: Frame): Uint8Array => sign({ json, frames: frames.toSpliced(at, 1, other) });
  switch (draw.weighted([[5, 'header'], [2, 'digit'], [3, 'head'], [4, 'body'], [2, 'entries'], [2, 'closing'], [2, 'order'], [1, 'claim'], [1, 'format'], [1, 'scrap']] as const)) {
    case 'header': {
      const { data, words } = alterData(draw, JSON.parse(json));
      return [sign({ ...parts, json: toText(data) }), `header: ${words.join('; ')}`];
    }
    case 'digit': return [sign({ ...parts, json: otherDigit(draw, json) }), 'another digit in the header'];
    case 'head': {
      const field = draw.pick(['kind', 'partition', 'command', 'updates', 'step', 'first'] as const);
      const value = field === 'first' ? draw.pick([-1, 0.5, NaN, Infinity, 2 ** 53, ...EXPLANATIONS]) : draw.pick(EXPLANATIONS);
      return [put({ ...frame, [field]: value }), `frame ${at}: ${field} ${value}`];
    }
    case 'body': {
      const [body, words] = alterBytes(draw, frame.body);
      return [put({ ...frame, body }), `frame ${at}: ${words}`];
    }
    case 'entries': {
      const byte = draw.pick([0, 1, 2, 3, 0x80, 0xff]);
      const body = Buffer.concat([Buffer.alloc(draw.pick([1, 7, 1000, 1_000_000]), byte), frame.body]);
      return [put({ ...frame, body }), `frame ${at}: ${body.length - frame.body.length} bytes ${byte} in front`];
    }
    case 'closing': {
      const last = frames[frames.length - 1];
      const { data, words } = alterData(draw, JSON.parse(Buffer.from(last.body).toString()));
      return [sign({ json, frames: [...frames.slice(0, -1), { ...last, body: Buffer.from(toText(data)) }] }), `closing: ${words.join('; ')}`];
    }
    case 'order': return [sign({ json, frames: draw.pick([frames.toSpliced(at, 1), frames.toSpliced(at, 0, frame), frames.toReversed(), [...frames, frame], frames.filter(({ kind }) => kind !== FRAME.closing), []]) }), 'frames missing, doubled or swapped'];
    case 'claim': {
      const length = draw.pick(EXPLANATIONS);
      return [sign(parts, 1, length), `a header of ${length} bytes`];
    }
    case 'format': {
      const format = draw.pick(EXPLANATIONS);
      return [sign(parts, format), `format ${format}`];
    }
    case 'scrap': {
      const scrap = draw.pick(['', '{}', 'null', '[', '{"ticks":1,"partitions":1000000000,"goal":1,"digest":"","settings":{}}', '{"ticks":1000000000,"partitions":2,"goal":1,"digest":"","settings":{}}', '['.repeat(50_000)]);
      return [sign({ ...parts, json: scrap }), `header: ${describe(scrap)}`];
    }
  }
}

/** Folders given to `rerun`: a journal damaged or forged, or what lies beside it. @param parent of the whole folders */
export function alterJournal(draw: Draw, parent: string): FuzzCase {
  const original = draw.pick<Original>(['recorded', 'bounded']);
  const whole = readOriginal(parent, original);
  const kind = draw.weighted([[7, 'forged'], [2, 'damaged'], [2, 'folder']] as const);
  const name = kind === 'folder' ? draw.pick(Object.keys(whole)) : 'journal.bin';
  const [bytes, words] = kind === 'forged' ? forge(draw, whole[name]) : alterBytes(draw, whole[name]);
  const files = { ...whole, [name]: kind === 'folder' && draw.chance(0.2) ? null : bytes };
  const threads = draw.weighted([[4, ['--threads', '1']], [2, []], [1, ['--threads', '2']]]);
  return { words: [original, `${name} ${kind}: ${words}`], args: [rerun.name, 'run', ...threads], files: { ...inRun(files), ...matching(draw, files['journal.bin']) }, adds: [] };
}

/** Settings that agree with a forged header, so that a reader has to look behind it. */
function matching(draw: Draw, journal: Uint8Array | null): Record<string, string> {
  if (journal === null || draw.chance(0.3)) return {};
  try {
    const header: unknown = JSON.parse(takeApart(journal).json);
    return isRecord(header) && header.settings !== undefined ? { 'run/config.json': JSON.stringify(header.settings) } : {};
  } catch {
    return {}; // not even the forger can read it
  }
}
