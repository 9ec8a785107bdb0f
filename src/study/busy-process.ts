import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Seconds after which the process ends by itself if its parent has not ended it. */
const LIFE = 900;

const BUSY = `const end = Date.now() + ${1000 * LIFE}; while (Date.now() < end);`;

/** Milliseconds in which a process that cannot run has failed. */
const SETTLING = 300;

/** A busy process of its own. */
export interface BusyProcess {
  /** True if it keeps to one core; otherwise the system may move it. */
  readonly pinned: boolean;
  close(): Promise<void>;
}

/**
 * Starts a process that keeps the last core busy; without `taskset`, any one core.
 *
 * @throws Error if no process can be started
 */
export async function startBusyProcess(): Promise<BusyProcess> {
  const core = String(availableParallelism() - 1);
  const neighbour = (await start('taskset', ['-c', core, process.execPath, '-e', BUSY])) ?? (await start(process.execPath, ['-e', BUSY]));
  if (neighbour === undefined) throw new Error('the busy process did not start');
  return neighbour;
}

/** @returns undefined if there is no such command, or it ends at once */
function start(command: string, options: readonly string[]): Promise<BusyProcess | undefined> {
  const child = spawn(command, options, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<undefined>((resolve) => {
    child.once('error', () => { resolve(undefined); });
    child.once('exit', () => { resolve(undefined); });
  });
  const close = async () => {
    kill();
    process.off('exit', kill);
    await ended;
  };
  const settled = new Promise<BusyProcess>((resolve) => setTimeout(() => { resolve({ pinned: command === 'taskset', close }); }, SETTLING));
  return Promise.race([ended, settled]);
}
