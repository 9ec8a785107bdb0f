import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Seconds after which a neighbour ends by itself, should nobody be left to end it. */
const LIFE = 900;

const BUSY = `const end = Date.now() + ${1000 * LIFE}; while (Date.now() < end);`;

/** A busy process of its own. */
export interface Neighbour {
  /** True where it keeps to one core; else the system moves it about. */
  readonly pinned: boolean;
  close(): Promise<void>;
}

/** Starts a process that takes what it can of the last core; on a system without `taskset`, of any one core. */
export async function startNeighbour(): Promise<Neighbour> {
  return (await start('taskset', ['-c', String(availableParallelism() - 1), process.execPath, '-e', BUSY])) ?? (await start(process.execPath, ['-e', BUSY])) ?? nobody();
}

function nobody(): never {
  throw new Error('the busy process did not start');
}

/** @returns undefined where there is no such command, or it ends at once */
function start(command: string, options: readonly string[]): Promise<Neighbour | undefined> {
  const child = spawn(command, options, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => { resolve(); });
    child.once('exit', () => { resolve(); });
  });
  const close = async () => {
    kill();
    process.off('exit', kill);
    await ended;
  };
  const settled = new Promise<Neighbour>((resolve) => { setTimeout(() => { resolve({ pinned: command === 'taskset', close }); }, 500); });
  return Promise.race([ended.then(() => undefined), settled]);
}
