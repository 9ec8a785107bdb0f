import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import test from 'ava';

const readme = readFileSync('README.md', 'utf8');
const [library = '', task = ''] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

/** Runs the first of these modules in a folder where Ganglion is installed. */
async function runModules(modules: readonly (readonly [name: string, code: string])[]): Promise<{ error: Error | null; stdout: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'ganglion'), 'dir');
  for (const [name, code] of modules) writeFileSync(join(folder, name), code);
  return new Promise((done) => {
    execFile(process.execPath, [modules[0][0]], { cwd: folder, timeout: 60_000 }, (error, stdout) => {
      done({ error, stdout });
    });
  });
}

test('the example of the README runs as it is, for fewer steps', async (t) => {
  t.true(library.includes("from 'ganglion'") && library.includes('40_000'));
  const { error, stdout } = await runModules([['example.mjs', library.replace('40_000', '400')]]);
  t.is(error, null); // it also ended by itself: nothing survives close()
  t.regex(stdout, /^200 -\d+/);
  t.regex(stdout, /meanReturn: -\d+/);
});

test('the task of the README can be learned', async (t) => {
  const { error, stdout } = await runModules([
    ['train.mjs', `
      import { createSimulation, registerEnvironment } from 'ganglion';
      registerEnvironment('Hold-v0', new URL('./hold.mjs', import.meta.url));
      const simulation = await createSimulation({ environment: 'Hold-v0', schedule: 'synchronous', partitions: 1, learning: { warmup: 64 } });
      await simulation.run({ steps: 100 });
      console.log((await simulation.evaluate({ episodes: 1 })).meanReturn);
      await simulation.close();
    `],
    ['hold.mjs', task],
  ]);
  t.is(error, null);
  t.regex(stdout, /^-\d+\.\d+\n$/);
});

test('the files of a run folder are those that its page names', (t) => {
  const page = readFileSync('docs/run-folder.md', 'utf8');
  for (const file of ['config.json', 'metrics.jsonl', 'timing.jsonl', 'weights.safetensors', 'result.json']) t.true(page.includes(`| \`${file}\` |`), file);
});
