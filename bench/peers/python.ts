import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { isRecord } from '../../src/entries/internals.js';
import type { Racer } from './own.js';

const FOLDER = 'bench/peers';
const ENVIRONMENT = join(FOLDER, '.venv');
const INTERPRETER = join(ENVIRONMENT, 'bin', 'python');

/** The packages, each with pip's arguments in order: a build for the processor alone is a tenth of the one with CUDA. */
const PACKAGES: readonly { readonly name: string; readonly attempts: readonly (readonly string[])[] }[] = [
  { name: 'torch', attempts: [['torch', '--index-url', 'https://download.pytorch.org/whl/cpu'], ['torch']] },
  { name: 'jax', attempts: [['jax']] },
];

/** Callbacks for progress, and for what is missing. */
export interface Listeners {
  readonly announce: (line: string) => void;
  readonly miss: (line: string) => void;
}

/** Seconds that one attempt of pip may take. */
const PATIENCE = 900;

/**
 * An interpreter with as many of the packages as can be had: the one given, or else one in a folder that git ignores, made and filled where it
 * is missing.
 *
 * @returns undefined where there is no Python
 */
export function preparePython(given: string | undefined, { announce, miss }: Listeners): string | undefined {
  if (given !== undefined) return given;
  if (!existsSync(INTERPRETER)) {
    announce(`making a Python environment in ${ENVIRONMENT}`);
    const made = spawnSync('python3', ['-m', 'venv', ENVIRONMENT], { encoding: 'utf8' });
    if (made.status !== 0) {
      miss(`no Python environment, so neither PyTorch nor JAX: ${made.error?.message ?? lastLine(made.stderr + made.stdout)} (Python >= 3.10 with venv is needed, or --python <interpreter>)`);
      return undefined;
    }
  }
  for (const { name, attempts } of PACKAGES) if (!has(INTERPRETER, name)) install(name, attempts, { announce, miss });
  return INTERPRETER;
}

const has = (python: string, name: string) => spawnSync(python, ['-c', `import ${name}`]).status === 0;

function install(name: string, attempts: readonly (readonly string[])[], { announce, miss }: Listeners): void {
  let failure = '';
  for (const attempt of attempts) {
    announce(`pip install ${attempt.join(' ')}`);
    const { status, stderr, error } = spawnSync(INTERPRETER, ['-m', 'pip', 'install', '--quiet', '--retries', '1', ...attempt], { encoding: 'utf8', timeout: 1000 * PATIENCE });
    if (status === 0) return;
    failure = error?.message ?? lastLine(stderr);
  }
  miss(`${name} could not be installed: ${failure}`);
}

/** The last line, which names the error. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => line.startsWith('ERROR')) ?? lines[lines.length - 1];
}

/** A peer in a process of its own, which answers one question at a time. */
export interface PythonPeer extends Racer {
  /** Why it cannot take part; undefined where it can. */
  readonly missing: string | undefined;
}

/** @param form of the update, as the script names it */
export async function startPeer(python: string, script: string, form: string, threads: number, events: Racer['events']): Promise<PythonPeer> {
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python, [join(FOLDER, script), form, String(threads)], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const failed = new Promise<string>((resolve) => { child.once('error', ({ message }) => { resolve(message); }); });
  child.stdin.on('error', () => undefined); // it has ended: the next answer fails
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => { complaints = `${complaints}${text.toString()}`.slice(-4000); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer(): Promise<Record<string, unknown>> {
    const line = await Promise.race([lines.next(), failed]);
    if (typeof line === 'string') return { failure: line };
    if (line.done === true) return { failure: lastLine(complaints) };
    const said: unknown = JSON.parse(line.value);
    return isRecord(said) ? said : { failure: 'an answer that is no object' };
  }

  const { name, failure } = await answer();
  return {
    name: typeof name === 'string' ? name : `${script} ${form}`,
    threads,
    missing: typeof name === 'string' ? undefined : String(failure),
    events,
    async measure(event, hidden, seconds) {
      child.stdin.write(`${JSON.stringify({ event, hidden, seconds })}\n`);
      const { microseconds, failure: why } = await answer();
      if (typeof microseconds === 'number') return microseconds;
      throw new Error(String(why));
    },
    close() {
      child.kill();
      return Promise.resolve();
    },
  };
}
