import { MessageChannel } from 'node:worker_threads';

import { releaseProxy, wrap, type Remote } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Piscina } from 'piscina';

import type { CrewControl, CrewTask } from '../../workers/partition.js';
import { PartitionError } from '../errors.js';
import type { CrewSpecification } from './crew.js';

/** A crew as the supervisor holds it: its control calls, and its death where it comes unasked. */
export interface CrewHandle {
  readonly partitions: readonly number[];
  /**
   * Makes a call.
   *
   * @throws PartitionError where the worker dies before it answers: a call to a dead worker would hang for ever
   */
  call<Answer>(command: (control: Remote<CrewControl>) => Promise<Answer>): Promise<Answer>;
  /** Ends the crew's task, where it still runs, and closes port and proxy. */
  close(): Promise<void>;
}

/**
 * Starts a crew on a worker of the pool.
 *
 * @param currentStep the environment step, for the message of an unexpected death
 */
export function startCrew(pool: Piscina, specification: CrewSpecification, currentStep: () => number): CrewHandle {
  const { partitions } = specification;
  const { port1, port2 } = new MessageChannel();
  const task: CrewTask = { ...specification, port: port2 };
  const ended = (reason: string, cause?: unknown) => new PartitionError(partitions[0], currentStep(), reason, { cause });
  const life: Promise<unknown> = pool.run(task, { transferList: [port2] });
  const death = life.then(
    () => {
      throw ended('its worker ended before it answered');
    },
    (cause: unknown) => {
      throw ended(`its worker died (${cause instanceof Error ? cause.message : String(cause)})`, cause);
    },
  );
  death.catch(() => undefined); // seen by the next call; on its own it must not bring the process down
  const control = wrap<CrewControl>(nodeEndpoint(port1));

  return {
    partitions,
    call: (command) => Promise.race([command(control), death]),
    async close() {
      control.close().catch(() => undefined); // a dead worker does not answer
      await death.catch(() => undefined);
      control[releaseProxy]();
      port1.close();
    },
  };
}
