import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Outcome } from './case.js';
import { limit } from './limits.js';

const LAUNCHER = fileURLToPath(new URL('../../../scenarios/run.js', import.meta.url));
const MEASURE = new URL('./measure.js', import.meta.url).href;

/** What an empty start takes: to be taken off everything else. */
export type Empty = Pick<Outcome, 'cpuSeconds' | 'memoryBytes'>;

/** Runs `node scenarios/run` in a process of its own, in a folder. */
export function runCommand(args: readonly string[], folder: string, empty: Empty = { cpuSeconds: 0, memoryBytes: 0 }): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', MEASURE, LAUNCHER, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const watched = limit(child, empty.cpuSeconds);
    const texts = [2, 3].map((descriptor) => {
      const chunks: Buffer[] = [];
      child.stdio[descriptor]?.on('data', (chunk: Buffer) => chunks.push(chunk));
      return () => Buffer.concat(chunks).toString();
    });
    child.on('error', (error) => {
      watched.end();
      resolve({ status: 2, stderr: error.message, cpuSeconds: 0, memoryBytes: 0 }); // the system takes no such arguments
    });
    child.on('close', (status, signal) => {
      watched.end();
      const [stderr, measured] = texts.map((text) => text());
      const { cpuSeconds, memoryBytes } = measured === '' ? { cpuSeconds: watched.seconds() + empty.cpuSeconds, memoryBytes: 0 } : (JSON.parse(measured) as Empty);
      const interrupted = signal === 'SIGINT' && stderr !== ''; // behind the run's own last word
      const fault = watched.hung() ?? (signal === null || interrupted ? undefined : `ended by ${signal}: ${stderr.slice(-300)}`);
      resolve({ status: interrupted ? 130 : status, stderr, cpuSeconds: cpuSeconds - empty.cpuSeconds, memoryBytes: memoryBytes - empty.memoryBytes, ...(fault !== undefined && { fault }) });
    });
  });
}

/** What a start takes that does nothing. */
export async function measureEmpty(folder: string): Promise<Empty> {
  const { status, stderr, cpuSeconds, memoryBytes } = await runCommand(['--list'], folder);
  if (status !== 0) throw new Error(`node scenarios/run --list ended with ${String(status)}: ${stderr}`);
  return { cpuSeconds, memoryBytes };
}
