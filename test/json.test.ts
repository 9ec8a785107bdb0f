import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';
import fc from 'fast-check';

import { OptionRangeError } from '../src/errors.js';
import { readJson } from '../src/json.js';

const folder = mkdtempSync(join(tmpdir(), 'ganglion-json-'));
test.after.always(() => { rmSync(folder, { recursive: true, force: true }); });

let files = 0;
const fileOf = (content: string | Uint8Array): string => {
  files += 1;
  const file = join(folder, `${files}.json`);
  writeFileSync(file, content);
  return file;
};

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test('whatever JSON can write is read as JSON.parse reads it, with a byte order mark or without', (t) => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6, depthSize: 'medium' }), fc.boolean(), fc.constantFrom(0, 2), (value, marked, indent) => {
    const text = JSON.stringify(value, undefined, indent);
    t.deepEqual(readJson('config', fileOf(`${marked ? '\ufeff' : ''}${text}`)), JSON.parse(text));
  }), { numRuns: 100 });
});

const REFUSED: [string, string | Uint8Array, string][] = [
  ['an empty file', '', ' expected a file of JSON, got FILE, which is empty'],
  ['a byte order mark alone', '\ufeff\n', ' expected a file of JSON, got FILE, which is empty'],
  ['a cut file', '{"steps": 1', ' expected a file of JSON, got FILE (Expected \',\' or \'}\' after property value in JSON at position 11'],
  ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), ' expected a file of JSON in UTF-8, got FILE; its bytes are no UTF-8'],
  ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), ' expected a file of JSON in UTF-8, got FILE; its bytes are no UTF-8'],
  ['a key twice', '{"steps": 1, "steps": 2}', ' expected each key of an object once, got FILE; "steps" is there twice'],
  ['a key twice, once written with an escape', '{"network": {"layers": [{}, {"size": 1, "si\\u007ae": 2}]}}', ' expected each key of an object once, got FILE; "network.layers[1].size" is there twice'],
  ['65 levels', `{"network": ${nested(64)}}`, ' expected JSON nested at most 64 levels deep, got FILE; "network[0][0]'],
  ['200,000 levels', nested(200_000), ' expected JSON nested at most 64 levels deep, got FILE; "[0][0]'],
  ['escapes of a terminal', '{"a": \u001b[31m}', ' expected a file of JSON, got FILE (Unexpected token \'\\u001b\', "{"a": \\u001b[31m}" is not valid JSON)'],
];

for (const [what, content, expected] of REFUSED) {
  test(`${what} is refused in one line`, (t) => {
    const file = fileOf(content);
    const { message } = t.throws(() => readJson('config', file), { instanceOf: OptionRangeError });
    const shown = file.length > 60 ? `${file.slice(0, 57)}...` : file;
    t.true(message.startsWith(`"config"${expected.replace('FILE', JSON.stringify(shown))}`), message);
    t.true(message.length < 600 && !message.includes('\n') && !message.includes('\u001b'));
  });
}

test('equal keys in different objects, and in strings, are no repetition', (t) => {
  const text = '{"a": {"x": 1}, "b": [{"x": 1}, {"x": "x\\", \\"x"}], "x": ["x", "x", "a\\\\"], "\\\\": 1, "": {"": 1}}';
  t.deepEqual(readJson('graph', fileOf(text)), JSON.parse(text));
});

test('a folder, a device without end and a file that is too large are refused', (t) => {
  t.regex(t.throws(() => readJson('config', folder), { instanceOf: OptionRangeError }).message, /expected a file that can be read, got ".*" \(EISDIR/);
  if (process.platform === 'win32') return;
  t.regex(t.throws(() => readJson('config', '/dev/zero'), { instanceOf: OptionRangeError }).message, /expected a file of at most 256 MiB, got "\/dev\/zero"$/);
});

test('after a pipe has been read, modules behind a symbolic link are still resolved to their files', (t) => {
  const own = mkdtempSync(join(realpathSync(folder), 'links-'));
  mkdirSync(join(own, 'real'));
  for (const name of ['a', 'b']) writeFileSync(join(own, 'real', `${name}.mjs`), 'export const { url } = import.meta;\n');
  symlinkSync(join(own, 'real'), join(own, 'link'));
  const script = `
    const { readJson } = await import(${JSON.stringify(new URL('../src/json.js', import.meta.url).href)});
    await import(${JSON.stringify(join(own, 'real', 'a.mjs'))});
    readJson('config', '/dev/stdin');
    console.log((await import(${JSON.stringify(join(own, 'link', 'b.mjs'))})).url);`;
  writeFileSync(join(own, 'main.mjs'), script);
  const stdout = execFileSync('sh', ['-c', 'echo {} | node "$1"', 'sh', join(own, 'main.mjs')], { encoding: 'utf8' });
  t.is(stdout.trim(), pathToFileURL(join(own, 'real', 'b.mjs')).href);
});
