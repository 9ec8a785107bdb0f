import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Finished {
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node scenarios/run` as a user does, without colours, which a CI machine's environment would ask for. */
export function run(...options: string[]): Promise<Finished> {
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
