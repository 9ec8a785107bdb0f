import { existsSync, readFileSync } from 'node:fs';

import test from 'ava';

import * as internals from '../../src/entries/internals.js';
import * as study from '../../src/entries/study.js';
import * as testing from '../../src/entries/testing.js';
import * as ganglion from '../../src/index.js';

const ENTRIES = { ganglion, 'ganglion/study': study, 'ganglion/testing': testing, 'ganglion/internals': internals };

test('each name is exported from one entry', (t) => {
  const names = Object.values(ENTRIES).flatMap((entry) => Object.keys(entry));
  t.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test('the package exports the entries, with their types', (t) => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, string | { types: string; default: string }> };
  t.deepEqual(Object.keys(exports).sort(), [...Object.keys(ENTRIES).map((name) => name.replace('ganglion', '.')), './package.json'].sort());
  for (const paths of Object.values(exports)) for (const path of typeof paths === 'string' ? [paths] : Object.values(paths)) t.true(existsSync(path), path);
});

test('what a newcomer needs comes from ganglion alone, and is little', (t) => {
  const names = Object.keys(ganglion);
  for (const name of ['createSimulation', 'createDdpg', 'resumeSimulation', 'rerunSimulation', 'makeEnvironment', 'defineEnvironment', 'registerEnvironment', 'box', 'discrete']) {
    t.true(names.includes(name), name);
  }
  t.true(names.length <= 50, `${names.length} names`);
});
