// The child process of the fuzzer: carries out one case after another, in the same process, and reports the outcome of each.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { main } from '../../scenarios/main.js';
import { TaskFault } from '../../src/environment/blame.js';
import { CheckpointError, DivergenceError, EnvironmentError, FileError, isOptionError, JournalError, MemoryError, PartitionError } from '../../src/errors.js';
import type { CaseName, FuzzCase, Outcome } from './case.js';
import { writeFiles } from './files.js';
import { generateCase } from './generate.js';
import { ORIGINALS, type Original } from './originals.js';
import { peakMemory } from './peak-memory.js';

/** Orders of the parent. */
export type Order =
  | { readonly kind: 'originals'; readonly folder: string }
  | { readonly kind: 'case'; readonly name: CaseName; readonly folder: string; readonly originals: string };

process.setSourceMapsEnabled(true); // as the launcher does
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0); // a command line adds one listener, and many run here
process.on('SIGINT', () => undefined); // the parent ends long runs as Ctrl-C does, and may be late

/** Errors that escape every `try` reach the report of the case at hand. */
const escaped: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    escaped.push(`${event}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  });
}

/** From now on the peak of memory counts. */
function clearPeak(): void {
  globalThis.gc?.();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // the peak then is that of the process so far: the case is repeated alone where it is too high
  }
}

/** Runs an action with all that is printed on stderr kept, and nothing on stdout. */
async function quietly(action: () => Promise<number>): Promise<{ status: number | null; stderr: string }> {
  const write = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };
  let stderr = '';
  const swallow = (keep: boolean) => (chunk: string | Uint8Array, ...rest: unknown[]) => {
    if (keep && stderr.length < 100_000) stderr += Buffer.from(chunk).toString();
    const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined;
    done?.();
    return true;
  };
  process.stdout.write = swallow(false);
  process.stderr.write = swallow(true);
  try {
    return { status: await action(), stderr };
  } catch (error) {
    escaped.push(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { status: null, stderr };
  } finally {
    Object.assign(process.stdout, { write: write.stdout });
    Object.assign(process.stderr, { write: write.stderr });
  }
}

async function carryOut({ name, folder, originals }: Order & { kind: 'case' }): Promise<Outcome> {
  const fuzzed = generateCase(name, originals);
  writeFiles(folder, fuzzed.files);
  process.chdir(folder);
  escaped.length = 0;
  clearPeak();
  const before = process.cpuUsage();
  const { status, stderr } = await quietly(() => (fuzzed.args === undefined ? call(fuzzed) : main(fuzzed.args)));
  await new Promise((resolve) => { setImmediate(resolve); }); // unhandled rejections are reported now
  const { user, system } = process.cpuUsage(before);
  const fault = escaped.at(0) ?? foreignFiles(folder, fuzzed);
  process.chdir('/');
  return { status, stderr, cpuSeconds: (user + system) / 1e6, memoryBytes: peakMemory(), ...(fault !== undefined && { fault }) };
}

/** A call of the library ends as a command line would: 0, or 2 with the message of a clear error. */
async function call({ call: action }: FuzzCase): Promise<number> {
  try {
    await action?.();
    return 0;
  } catch (error) {
    const clear = isOptionError(error) || [CheckpointError, JournalError, DivergenceError, PartitionError, EnvironmentError, FileError, MemoryError, TaskFault].some((kind) => error instanceof kind) || (error instanceof Error && Object.getPrototypeOf(error) === Error.prototype);
    if (!clear) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
}

/** What the case has left where it had no business. */
function foreignFiles(folder: string, { files, adds }: FuzzCase): string | undefined {
  if (adds === undefined) return undefined;
  const known = new Set([...adds, ...Object.keys(files).map((name) => name.split('/')[0])]);
  const foreign = readdirSync(folder).filter((name) => !known.has(name));
  return foreign.length === 0 ? undefined : `it left ${foreign.join(', ')}`;
}

async function makeOriginals(folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  process.chdir(folder);
  for (const [original, args] of Object.entries(ORIGINALS) as [Original, readonly string[]][]) {
    rmSync(join(folder, original), { recursive: true, force: true });
    const { status, stderr } = await quietly(() => main([...args, '--out', original]));
    if (status !== 0) return `${original} ended with ${String(status)}: ${stderr}${escaped.join('')}`;
  }
  return undefined;
}

process.on('message', (order: Order) => {
  const answer = order.kind === 'originals' ? makeOriginals(order.folder) : carryOut(order);
  answer.then((outcome) => process.send?.({ outcome: outcome ?? null }), (error: unknown) => process.send?.({ broken: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
});
process.send?.({ ready: peakMemory() });
