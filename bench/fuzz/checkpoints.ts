import { createHash } from 'node:crypto';

import { isRecord } from '../../src/check.js';
import { alterBytes, otherDigit, EXPLANATIONS, type AlteredBytes } from './bytes.js';
import type { FuzzCase } from './case.js';
import { alterData, describe } from './data.js';
import type { Draw } from './draw.js';
import { inRun, readOriginal, type Original } from './originals.js';
import { toText } from './values.js';

const PREFIX_BYTES = 24;
const DIGEST_BYTES = 32;
const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** A checkpoint taken apart, as `docs/checkpoint.md` has it. */
interface Parts {
  readonly format: number;
  readonly json: string;
  readonly body: Uint8Array;
}

function takeApart(file: Uint8Array): Parts {
  const bytes = Buffer.from(file);
  const length = bytes.readUInt32LE(12);
  return {
    format: bytes.readUInt32LE(8),
    json: bytes.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + length),
    body: bytes.subarray(PREFIX_BYTES + padded(length), bytes.length - DIGEST_BYTES),
  };
}

/** A file whose SHA-256 is right, whatever is in it. @param claim false fields of the prefix */
function sign({ format, json, body }: Parts, claim: { readonly header?: number; readonly file?: bigint } = {}): Uint8Array {
  const header = Buffer.from(json);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write('GANGLION');
  prefix.writeUInt32LE(format, 8);
  prefix.writeUInt32LE(claim.header ?? header.length, 12);
  prefix.writeBigUInt64LE(claim.file ?? BigInt(PREFIX_BYTES + padded(header.length) + body.length + DIGEST_BYTES), 16);
  const signed = Buffer.concat([prefix, header, Buffer.alloc(padded(header.length) - header.length), body]);
  return Buffer.concat([signed, createHash('sha256').update(signed).digest()]);
}

/** A forged checkpoint: its checksum is right, its header or body is not. */
function forge(draw: Draw, file: Uint8Array): AlteredBytes {
  const parts = takeApart(file);
  const { json, body } = parts;
  switch (draw.weighted([[8, 'header'], [3, 'section'], [2, 'digit'], [2, 'body'], [1, 'claim'], [1, 'length'], [1, 'format'], [1, 'scrap']] as const)) {
    case 'header': {
      const { data, words } = alterData(draw, JSON.parse(json));
      return [sign({ ...parts, json: toText(data) }), words.join('; ')];
    }
    case 'section': {
      const header: unknown = JSON.parse(json);
      const section = draw.pick(['counters', 'lengths', 'blocks', 'note', 'training']);
      const { data, words } = alterData(draw, isRecord(header) ? header[section] : undefined);
      return [sign({ ...parts, json: toText({ ...(isRecord(header) && header), [section]: data }) }), `${section}: ${words.join('; ')}`];
    }
    case 'digit': return [sign({ ...parts, json: otherDigit(draw, json) }), 'another digit in the header'];
    case 'body': {
      const [altered, words] = alterBytes(draw, body);
      return [sign({ ...parts, body: altered }), `body: ${words}`];
    }
    case 'claim': {
      const header = draw.pick(EXPLANATIONS);
      return [sign(parts, { header }), `a header of ${header} bytes`];
    }
    case 'length': {
      const length = draw.pick([0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n]);
      return [sign(parts, { file: length }), `a file of ${length} bytes`];
    }
    case 'format': {
      const format = draw.pick(EXPLANATIONS);
      return [sign({ ...parts, format }), `format ${format}`];
    }
    case 'scrap': {
      const scrap = draw.pick(['', 'xx', '{', '{}', '[]', 'null', '"', '1e999', '{"lengths":[]}', '{"lengths":[1e15]}', '['.repeat(50_000), `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`]);
      return [sign({ ...parts, json: scrap }), `header: ${describe(scrap)}`];
    }
  }
}

/** What else lies in a run folder, or is missing there. */
function alterFolder(draw: Draw, files: Readonly<Record<string, Uint8Array>>): { readonly files: Record<string, Uint8Array | string | null>; readonly words: string } {
  const names = Object.keys(files);
  const name = draw.pick(names);
  switch (draw.pick(['other', 'missing', 'folder', 'odd', 'newer'] as const)) {
    case 'other': {
      const [bytes, words] = alterBytes(draw, files[name]);
      return { files: { ...files, [name]: bytes }, words: `${name}: ${words}` };
    }
    case 'missing': return { files: Object.fromEntries(Object.entries(files).filter(([each]) => each !== name)), words: `${name} is missing` };
    case 'folder': return { files: { ...files, [name]: null }, words: `${name} is a folder` };
    case 'odd': {
      const odd = draw.pick(['checkpoint-.bin', 'checkpoint-1e9.bin', 'checkpoint-99999999999999999999999.bin', 'checkpoint--1.bin', 'checkpoint-080.bin', 'checkpoint-80.bin', 'checkpoint-80.bin.123', 'checkpoint-80 (1).bin', 'Checkpoint-80.bin', 'config.json.123456']);
      return { files: { ...files, [odd]: draw.chance(0.3) ? null : draw.pick([files[name], '', 'text']) }, words: `${odd} too` };
    }
    case 'newer': return { files: { ...files, 'checkpoint-70.bin': files[draw.pick(names.filter((each) => each.startsWith('checkpoint-')))] }, words: 'an old checkpoint under a newer name' };
  }
}

/** Run folders given with `--resume`: checkpoints damaged, forged, or beside other things. @param parent of the whole folders */
export function alterCheckpoint(draw: Draw, parent: string): FuzzCase {
  const original = draw.pick<Original>(['synchronous', 'virtual', 'stream', 'death', 'ddpg']);
  const whole = readOriginal(parent, original);
  const steps = draw.weighted([[8, ['--steps', '80']], [1, []], [1, ['--steps', '10']]]);
  const answer = (files: Record<string, Uint8Array | string | null>, words: string): FuzzCase => ({
    words: [original, words],
    args: ['--resume', 'run', ...steps],
    files: inRun(files),
    adds: ['run'],
  });
  const kind = draw.weighted([[6, 'forged'], [2, 'damaged'], [2, 'folder']] as const);
  if (kind === 'folder') {
    const { files, words } = alterFolder(draw, whole);
    return answer(files, words);
  }
  const newest = 'checkpoint-60.bin';
  const [bytes, words] = kind === 'forged' ? forge(draw, whole[newest]) : alterBytes(draw, whole[newest]);
  const alone = draw.chance(0.4); // else the one before it is there to fall back to
  const others = Object.entries(whole).filter(([name]) => name === newest || !alone || !name.startsWith('checkpoint-'));
  return answer({ ...Object.fromEntries(others), [newest]: bytes }, `${kind}${alone ? ', the only one' : ''}: ${words}`);
}
