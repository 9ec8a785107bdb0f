import type { Remote } from 'comlink';
import type { Piscina } from 'piscina';

import type { CrewControl } from '../../workers/partition.js';
import { PartitionError } from '../errors.js';
import { WORD, type Control } from '../memory/control.js';
import type { CrewSpecification } from './crew.js';
import { startLife, WorkerDied } from './worker.js';
import { watchPulse } from './watch.js';

/** Deaths in a row, with nothing achieved in between, that a crew does not come back from. */
const LAST_DEATH = 3;

/** A worker that died, and was replaced by another. */
export interface WorkerDeath {
  /** The partition it carried. */
  readonly partition: number;
  /** Environment steps taken when the death was noticed. */
  readonly step: number;
  readonly reason: string;
  /** Until another was at work in its place. */
  readonly seconds: number;
}

/** A crew as the supervisor holds it, however many workers it takes. */
export interface CrewHandle {
  readonly partitions: readonly number[];
  readonly threads: Piscina['threads'];
  /**
   * Makes a call. Where the worker dies before it has answered, another takes its place on the same arena and is called again.
   *
   * @throws PartitionError where that does not help, or is not wanted any more
   */
  call<Answer>(command: (control: Remote<CrewControl>) => Promise<Answer>): Promise<Answer>;
  /** Ends the worker on purpose; nothing where it is not up. */
  kill(): void;
  /** Ends the crew and its worker. Not while a call is going on. */
  close(): Promise<void>;
}

/** What the supervisor has to do with the life of its crews. */
export interface CrewCare {
  readonly control: Control;
  /** Seconds without a sign of life after which a worker is taken for dead. */
  readonly patience: () => number;
  /** True where no worker is to be replaced any more. */
  readonly over: () => boolean;
  /** Told of each death, once it is made good. */
  readonly onDeath: (death: WorkerDeath) => void;
}

/** Starts a crew. */
export function startCrew(specification: CrewSpecification, { control, patience, over, onDeath }: CrewCare): CrewHandle {
  const { partitions } = specification;
  const [partition] = partitions;
  const absences: (Omit<WorkerDeath, 'seconds'> & { readonly since: number })[] = [];
  const tally = createTally(control, partitions);
  let life = startLife(specification);
  let up = false;

  const step = () => Atomics.load(control.words, WORD.steps);

  async function replace(death: WorkerDied): Promise<void> {
    up = false;
    absences.push({ partition, step: step(), reason: death.reason, since: performance.now() });
    await life.close(); // until it is gone, it may be writing its rows
    const count = tally(death);
    const times = count < LAST_DEATH ? '' : ` ${count} times without getting any further`;
    if (over() || times !== '') throw new PartitionError(partition, step(), `its worker died${times} (${death.reason})`, { cause: death });
    life = startLife(specification);
  }

  /** Returns once the crew can be called, and tells since when it could not. */
  async function arrive(): Promise<void> {
    await life.up;
    up = true;
    for (const { since, ...death } of absences.splice(0)) onDeath({ ...death, seconds: (performance.now() - since) / 1000 });
  }

  async function attend<Answer>(command: (crew: Remote<CrewControl>) => Promise<Answer>): Promise<Answer> {
    await arrive();
    const stop = watchPulse(control, partitions, patience, () => { life.end(`no sign of life for ${patience()} s`, false); });
    try {
      return await life.call(command);
    } finally {
      stop();
    }
  }

  return {
    partitions,
    get threads() {
      return life.threads;
    },
    async call(command) {
      for (;;) {
        try {
          return await attend(command);
        } catch (error) {
          if (error instanceof WorkerDied) await replace(error);
          else throw new PartitionError(partition, step(), `it could not be built: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
    },
    kill() {
      if (up) life.end('killed on purpose', true);
      up = false;
    },
    close: () => life.close(),
  };
}

/** @returns counts a death, and tells how many there were in a row between which the crew achieved nothing; those on purpose do not count */
function createTally({ words, version }: Control, partitions: readonly number[]): (death: WorkerDied) => number {
  let before = '';
  let count = 0;
  return ({ intended }) => {
    if (intended) return 0;
    const achieved = [...partitions.map((each) => version.get(each)), Atomics.load(words, WORD.steps), Atomics.load(words, WORD.evaluated)].join();
    count = achieved === before ? count + 1 : 1;
    before = achieved;
    return count;
  };
}
