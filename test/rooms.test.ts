import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import test from 'ava';

/** What the package exports: they re-export from any room, and no room imports them. */
const ENTRIES = ['index', 'entries'];

/**
 * What each room may import besides itself and what stands in `src` on its own: the arrows of the design. Rooms are in the order of the design, from the ground up: a
 * room imports only rooms above its line.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  options: [],
  files: [],
  random: [],
  kernels: [],
  memory: [],
  report: [],
  telemetry: ['files', 'random'],
  environment: ['memory', 'random'],
  network: ['environment', 'kernels', 'memory', 'random'],
  optimise: ['kernels', 'memory'],
  explore: ['memory', 'network', 'random'],
  replay: ['environment', 'memory', 'random'],
  objective: ['kernels', 'memory', 'network', 'optimise', 'replay'],
  credit: ['kernels', 'memory', 'network', 'objective', 'optimise', 'random'],
  rule: ['credit', 'kernels', 'memory', 'network', 'objective', 'optimise', 'random', 'replay'],
  schedule: ['memory', 'random'],
  virtual: ['random', 'schedule'],
  journal: ['files', 'telemetry'],
  checkpoint: ['memory'],
  runtime: ['memory', 'schedule'],
  placement: ['credit', 'environment', 'explore', 'journal', 'kernels', 'memory', 'network', 'objective', 'optimise', 'random', 'replay', 'rule', 'runtime', 'schedule', 'virtual'],
  algorithm: ['credit', 'environment', 'explore', 'kernels', 'memory', 'network', 'objective', 'optimise', 'placement', 'random', 'replay', 'rule', 'schedule'],
  simulation: ['algorithm', 'checkpoint', 'environment', 'explore', 'journal', 'kernels', 'memory', 'network', 'objective', 'placement', 'random', 'replay', 'rule', 'runtime', 'schedule', 'telemetry'],
  batched: ['environment', 'explore', 'kernels', 'memory', 'network', 'objective', 'optimise', 'placement', 'random', 'replay', 'rule', 'schedule', 'simulation', 'telemetry'],
  study: ['algorithm', 'environment', 'files', 'kernels', 'network', 'placement', 'random', 'report', 'rule', 'runtime', 'schedule', 'simulation', 'telemetry', 'virtual'],
  certificate: ['algorithm', 'credit', 'explore', 'kernels', 'memory', 'network', 'objective', 'optimise', 'random', 'replay', 'report', 'rule', 'simulation', 'study', 'telemetry'],
  testing: ['algorithm', 'credit', 'environment', 'kernels', 'memory', 'network', 'objective', 'optimise', 'random'],
  workers: ['algorithm', 'placement', 'runtime', 'study'],
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

test('no room may import one that is above it', (t) => {
  const rooms = [...ENTRIES, ...Object.keys(MAY_IMPORT)];
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    for (const other of allowed) t.true(rooms.indexOf(other) >= 0 && rooms.indexOf(other) < rooms.indexOf(room), `${room} imports ${other}`);
  }
});

/** The files of a circle of imports, types included; undefined if there is none. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const visited = new Set<string>();
  const path: string[] = [];
  function visit(file: string): string[] | undefined {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (visited.has(file)) return undefined;
    visited.add(file);
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    return undefined;
  }
  for (const file of imports.keys()) {
    const circle = visit(file);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test('no files import one another in a circle, types included', (t) => {
  t.deepEqual(findCircle(new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', ['b']]])), ['b', 'd', 'b']);
  const imports = new Map(files.map((file) => [file, importsOf(file).map((path) => path.replace(/\.js$/, '.ts'))]));
  t.is(findCircle(imports)?.join(' -> '), undefined);
});
