import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import test from 'ava';

/** What the package exports: they re-export from any room, and no room imports them. */
const ENTRIES = ['index', 'entries'];

/** What each room may import besides itself and what stands in `src` on its own: the arrows of the design. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  kernels: [],
  random: [],
  memory: [],
  checkpoint: ['memory'],
  files: [],
  telemetry: ['files', 'random'],
  report: [],
  environment: ['memory', 'random'],
  network: ['kernels', 'random', 'environment', 'memory'],
  options: [],
  optimise: ['kernels', 'memory'],
  explore: ['random', 'memory', 'network'],
  objective: ['kernels', 'network', 'memory', 'replay', 'optimise'],
  credit: ['kernels', 'random', 'network', 'memory', 'objective', 'optimise'],
  rule: ['kernels', 'random', 'network', 'memory', 'replay', 'optimise', 'objective', 'credit'],
  replay: ['memory', 'random', 'environment'],
  algorithm: ['kernels', 'random', 'environment', 'network', 'explore', 'rule', 'optimise', 'objective', 'credit', 'memory', 'replay'],
  schedule: ['memory', 'random'],
  virtual: ['random', 'schedule'],
  journal: ['files', 'telemetry'],
  runtime: ['journal', 'memory', 'placement', 'schedule'],
  placement: ['workers', 'algorithm', 'virtual', 'kernels', 'random', 'environment', 'network', 'explore', 'rule', 'optimise', 'objective', 'credit', 'memory', 'replay', 'schedule', 'telemetry', 'journal', 'runtime'],
  simulation: ['virtual', 'kernels', 'random', 'environment', 'network', 'explore', 'rule', 'optimise', 'objective', 'credit', 'memory', 'replay', 'schedule', 'telemetry', 'placement', 'runtime', 'algorithm', 'checkpoint', 'journal'],
  batched: ['kernels', 'random', 'environment', 'network', 'explore', 'rule', 'optimise', 'objective', 'credit', 'memory', 'replay', 'schedule', 'placement', 'runtime', 'simulation', 'telemetry'],
  certificate: ['environment', 'kernels', 'random', 'network', 'explore', 'rule', 'optimise', 'objective', 'credit', 'memory', 'replay', 'algorithm', 'simulation', 'study', 'telemetry', 'report'],
  study: ['algorithm', 'environment', 'files', 'kernels', 'network', 'random', 'report', 'rule', 'schedule', 'simulation', 'placement', 'runtime', 'telemetry', 'virtual', 'workers'],
  workers: ['algorithm', 'environment', 'study', 'placement', 'runtime'],
  testing: ['algorithm', 'credit', 'environment', 'kernels', 'memory', 'network', 'objective', 'optimise', 'random'],
  scenarios: ENTRIES,
};

const EVERYWHERE = ['describe', 'errors', 'check', 'modules', 'plain', 'json', 'options'];

/** The room of a file: its folder, and for files directly in `src` their own name. */
function roomOf(path: string): string {
  const parts = path.replace(/\.(ts|js)$/, '').split('/');
  return parts[0] === 'src' ? parts[1] : parts[0];
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, specifier]) => relative('.', join(dirname(file), specifier)));
}

const files = ['src', 'workers', 'scenarios'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(root, name)),
);

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports nothing but ${[...allowed, ...EVERYWHERE].join(', ')}`, (t) => {
    const own = files.filter((file) => roomOf(file) === room);
    t.true(own.length > 0);
    for (const file of own) {
      for (const imported of importsOf(file).map(roomOf)) {
        t.true(imported === room || allowed.includes(imported) || EVERYWHERE.includes(imported), `${file} imports ${imported}`);
      }
    }
  });
}

test('every room is in the plan', (t) => {
  const rooms = new Set(files.map(roomOf));
  for (const room of [...ENTRIES, ...EVERYWHERE]) if (room !== 'options') rooms.delete(room);
  t.deepEqual([...rooms].toSorted(), Object.keys(MAY_IMPORT).toSorted());
});
