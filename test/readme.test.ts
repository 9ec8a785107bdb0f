import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import test from 'ava';

const readme = readFileSync('README.md', 'utf8');

test('the example of the README runs as it stands, for fewer steps', async (t) => {
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  t.true(example.includes("from 'ganglion'") && example.includes('40_000'));
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'ganglion'), 'dir');
  writeFileSync(join(folder, 'example.mjs'), example.replace('40_000', '400'));
  const { error, stdout } = await new Promise<{ error: Error | null; stdout: string }>((done) => {
    execFile(process.execPath, ['example.mjs'], { cwd: folder, timeout: 60_000 }, (failure, output) => {
      done({ error: failure, stdout: output });
    });
  });
  t.is(error, null); // it also ended by itself: nothing survives close()
  t.regex(stdout, /^200 -\d+/);
  t.regex(stdout, /meanReturn: -\d+/);
});

test('the files of a run folder are those the README names', (t) => {
  for (const file of ['config.json', 'metrics.jsonl', 'timing.jsonl', 'weights.safetensors', 'result.json']) t.true(readme.includes(`| \`${file}\` |`), file);
});
