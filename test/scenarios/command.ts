import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Finished {
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands that run at a time: a test file starts all of its tests at once, and fifty processes on two cores mostly get in each other's way. */
const MOST = 2;
const waiting: (() => void)[] = [];
let running = 0;

/** Runs `node scenarios/run` as a user does, without colours, which a CI machine's environment would ask for. */
export async function run(...options: string[]): Promise<Finished> {
  if (running >= MOST) await new Promise<void>((resolve) => { waiting.push(resolve); });
  else running += 1;
  try {
    return await finish(options);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function finish(options: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    execFile(process.execPath, ['scenarios/run', ...options], { env }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** A folder that is not there yet, in one that is. */
export function newFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'run');
}

/** A command line with other values of some of its flags, none of which may come twice. */
export function withValues(line: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return line.map((word, i) => values[line[i - 1] ?? ''] ?? word);
}
