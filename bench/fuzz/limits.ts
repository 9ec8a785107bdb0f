import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ticks in a second of /proc's processor times. */
const TICKS = 100;

/** Milliseconds between two looks at a child. */
const LOOK = 100;

/** A valid run that is still going on is ended as Ctrl-C ends it, and may then end with 130. */
const INTERRUPT = { cpu: 3, wall: 60 };

/** A child that then does not end is killed: it hangs. */
const KILL = { cpu: 10, wall: 300 };

/** A look at a child's times that ends what takes too long. */
export interface Limit {
  /** Why the child was killed, where it was. */
  readonly hung: () => string | undefined;
  /** Processor time since the limit began, as last seen. */
  readonly seconds: () => number;
  end(): void;
}

/**
 * @param empty seconds of processor time that do not count
 * @param patient true for work that certainly ends
 */
export function limit(child: ChildProcess, empty: number, patient = false): Limit {
  const begin = Date.now();
  const before = cpuOf(child) + empty;
  let [interrupted, seconds] = [false, 0];
  let hung: string | undefined;
  const timer = setInterval(() => {
    const wall = (Date.now() - begin) / 1000;
    seconds = Math.max(seconds, cpuOf(child) - before);
    if (!patient && !interrupted && (seconds > INTERRUPT.cpu || wall > INTERRUPT.wall)) {
      interrupted = true;
      child.kill('SIGINT');
    }
    if ((!patient && seconds > KILL.cpu) || wall > KILL.wall) {
      hung = `it hangs: ${seconds.toFixed(1)} s of processor time, ${wall.toFixed(0)} s in all`;
      child.kill('SIGKILL');
    }
  }, LOOK);
  return {
    hung: () => hung,
    seconds: () => seconds,
    end() {
      clearInterval(timer);
    },
  };
}

/** Seconds of processor time of a process so far; 0 if the system does not provide them, or it has ended. */
function cpuOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}
