#!/usr/bin/env node
// The launcher: `node scenarios/run` resolves to this file and to nothing else. Everything behind it is TypeScript,
// compiled to dist/ by `npm ci`.
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

// Stack traces point at the TypeScript lines.
process.setSourceMapsEnabled(true);

process.stderr.on('error', () => undefined); // a full disk behind it is no reason to end: see output.ts

/** File descriptors that loading the program takes at once, and then a run of a few threads. */
const DESCRIPTORS = 120;

try {
  checkDescriptors();
  const { endAtSignals } = await import('../dist/scenarios/interruption.js'); // alone: the rest takes about a second to load
  endAtSignals();
  const { main } = await import('../dist/scenarios/main.js');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(reasonNotToStart(error));
  process.exitCode = 1;
}

/** @throws Error where the system does not give that many: modules would seem to be missing, and threads fail to start */
function checkDescriptors() {
  const opened = [];
  try {
    while (opened.length < DESCRIPTORS) opened.push(openSync(devNull));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** What keeps the program from starting at all. What happens later is told by the program. */
function reasonNotToStart(error) {
  const [reason] = String(error.message).split('\n');
  if (error.code === 'ERR_MODULE_NOT_FOUND') return `ganglion is not built, or a dependency is missing: run "npm ci" first (${reason})`;
  if (reason.startsWith('WebAssembly.') && /memory/i.test(reason)) return `the system does not give the memory to start with (${reason}; see ulimit -v)`;
  if (error.code === 'EMFILE' || error.code === 'ENFILE') return `the system does not give the ${DESCRIPTORS} file descriptors to start with (raise the limit: ulimit -n 1024)`;
  throw error;
}
