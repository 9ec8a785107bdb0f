import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { CaseName, Outcome } from './case.js';
import { limit, type Limit } from './limits.js';
import type { Order } from './worker.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Cases of one child: what earlier ones leave in its memory must not add up. */
const MOST_CASES = 60;

type Message = { readonly ready: number } | { readonly outcome: unknown } | { readonly broken: string };

/** A child process that carries out cases, and is replaced where one breaks it. */
export interface Hand {
  /** Carries out a case in a folder, which is there afterwards. */
  carryOut(name: CaseName, folder: string): Promise<Outcome>;
  /** Makes the whole folders. @throws Error where one cannot be made */
  makeOriginals(): Promise<void>;
  close(): void;
}

interface Started {
  readonly child: ChildProcess;
  /** Peak of its memory at its start, in bytes. */
  readonly base: number;
  /** The end of what it printed, where it broke. */
  readonly stderr: () => string;
  cases: number;
}

/** @param originals folder of the whole folders */
export function createHand(originals: string): Hand {
  let started: Started | undefined;

  async function ready(): Promise<Started> {
    if (started !== undefined && started.cases >= MOST_CASES) close();
    started ??= await start();
    started.cases += 1;
    return started;
  }

  function close(): void {
    started?.child.kill('SIGKILL');
    started = undefined;
  }

  async function order(what: Order): Promise<{ readonly answer: Message | undefined; readonly watched: Limit; readonly last: Started }> {
    const last = await ready();
    const watched = limit(last.child, 0, what.kind === 'originals');
    const answer = await ask(last.child, what);
    watched.end();
    if (answer === undefined || 'broken' in answer) close();
    return { answer, watched, last };
  }

  return {
    async carryOut(name, folder) {
      const { answer, watched, last } = await order({ kind: 'case', name, folder, originals });
      if (answer !== undefined && 'outcome' in answer) {
        const outcome = answer.outcome as Outcome;
        if (outcome.fault !== undefined) close(); // what escaped may come back
        return { ...outcome, memoryBytes: outcome.memoryBytes - last.base };
      }
      const why = answer !== undefined && 'broken' in answer ? answer.broken : (watched.hung() ?? `the process ended: ${last.stderr()}`);
      return { status: null, stderr: '', cpuSeconds: watched.seconds(), memoryBytes: 0, fault: why };
    },
    async makeOriginals() {
      const { answer, last } = await order({ kind: 'originals', folder: originals });
      if (answer === undefined || !('outcome' in answer)) throw new Error(`the whole folders cannot be made: ${answer !== undefined && 'broken' in answer ? answer.broken : last.stderr()}`);
      if (typeof answer.outcome === 'string') throw new Error(answer.outcome);
    },
    close,
  };
}

async function start(): Promise<Started> {
  const child = fork(WORKER, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, NO_COLOR: '1' } });
  let printed = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-2000);
  });
  const message = await nextMessage(child);
  if (message === undefined || !('ready' in message)) throw new Error(`the fuzzer's worker does not start: ${printed}`);
  return { child, base: message.ready, stderr: () => printed, cases: 0 };
}

function ask(child: ChildProcess, order: Order): Promise<Message | undefined> {
  const answer = nextMessage(child);
  child.send(order);
  return answer;
}

/** The child's next message; undefined where it ended. */
function nextMessage(child: ChildProcess): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message as Message);
    };
    const onExit = () => {
      child.off('message', onMessage);
      resolve(undefined);
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}
