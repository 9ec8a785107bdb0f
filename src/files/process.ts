import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identity of a process, distinct from earlier processes with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since the machine did; null if the system does not provide it. */
  readonly started: string | null;
  /** The machine. */
  readonly host: string;
  /** The start of the machine; null if the system does not provide it. */
  readonly boot: string | null;
  /** The namespace of process numbers, which differs between containers; null where there is none. */
  readonly namespace: string | null;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const start = startOf(process.pid);
  return {
    pid: process.pid,
    started: typeof start === 'string' && start !== ENDED ? start : null,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** Whether a process is still there: `unknown` for one of another machine or container, whose processes cannot be seen. */
export function stateOf({ pid, started, host, boot, namespace }: ProcessIdentity, own: ProcessIdentity = ownIdentity()): 'running' | 'ended' | 'unknown' {
  if (host !== own.host) return 'unknown';
  if (boot !== own.boot) return 'ended';
  if (namespace !== own.namespace) return 'unknown';
  const start = startOf(pid);
  if (start === ENDED || (start !== null && started !== null && start !== started)) return 'ended';
  return exists(pid) ? 'running' : 'ended';
}

/** In place of the start of a process that has ended, and of which its parent has not taken notice. */
const ENDED = 'ended';

/** When a process started: field 22 of its `stat` under Linux. Null where it cannot be read: there is none, it is hidden, or the system is another. */
function startOf(pid: number): string | null {
  const stat = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === null) return null;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold blanks and brackets
  return state === 'Z' || state === 'X' ? ENDED : (fields.at(18) ?? null);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // another user's
  }
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
