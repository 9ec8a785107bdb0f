import { crc32c } from '../../src/telemetry/crc32c.js';
import { alterBytes } from './bytes.js';
import type { FuzzCase } from './case.js';
import { alterFile } from './configurations.js';
import { alterData } from './data.js';
import type { Draw } from './draw.js';
import { inRun, ORIGINALS, readOriginal } from './originals.js';
import { toText } from './values.js';

/** What each line ends in: CRC-32C of the line without it. */
const CHECKSUM = /,"crc32c":"[\da-f]{8}"\}$/;

/** A line whose checksum is right, whatever is in it. */
function sign(text: string): string {
  return text.endsWith('}') ? `${text.slice(0, -1)},"crc32c":"${crc32c(Buffer.from(text)).toString(16).padStart(8, '0')}"}` : text;
}

/** Folders in which a study continues: lines of results altered, or the files beside them. @param parent of the whole folders */
export function alterTrials(draw: Draw, parent: string): FuzzCase {
  const whole = readOriginal(parent, 'study');
  const kind = draw.weighted([[5, 'line'], [2, 'lines'], [2, 'bytes'], [2, 'beside']] as const);
  const lines = Buffer.from(whole['trials.jsonl']).toString().trimEnd().split('\n');
  const at = draw.below(lines.length);
  const answer = (name: string, content: Uint8Array | string, words: string): FuzzCase => ({
    words: [`${name}: ${words}`],
    args: [...ORIGINALS.study, '--out', 'run'],
    files: inRun({ ...whole, [name]: content }),
    adds: ['run'],
  });
  const put = (changed: readonly string[], words: string) => answer('trials.jsonl', changed.map((line) => `${line}\n`).join(''), words);
  switch (kind) {
    case 'line': {
      const { data, words } = alterData(draw, JSON.parse(lines[at].replace(CHECKSUM, '}')));
      const signed = draw.chance(0.8);
      return put(lines.toSpliced(at, 1, signed ? sign(toText(data)) : toText(data)), `line ${at + 1}, ${signed ? 'forged' : 'without a checksum'}, ${words.join('; ')}`);
    }
    case 'lines': return put(draw.pick([lines.toReversed(), [...lines, ...lines], lines.toSpliced(at, 0, ''), lines.toSpliced(at, 1, lines[at].slice(0, 40)), lines.toSpliced(at, 1, `\ufeff${lines[at]}`), lines.toSpliced(at, 1, `${lines[at]}\r`), lines.toSpliced(at, 0, '['.repeat(20_000)), lines.toSpliced(at, 0, '{}', 'null', '[]')]), 'lines doubled, cut, swapped or strange');
    case 'bytes': {
      const [bytes, words] = alterBytes(draw, whole['trials.jsonl']);
      return answer('trials.jsonl', bytes, words);
    }
    case 'beside': {
      const name = draw.pick(['config.json', 'result.json', 'report.html']);
      if (name === 'report.html') return answer(name, '', 'empty');
      const { bytes, words } = alterFile(draw, JSON.parse(Buffer.from(whole[name]).toString()), (data) => data);
      return answer(name, bytes, words.join('; '));
    }
  }
}
