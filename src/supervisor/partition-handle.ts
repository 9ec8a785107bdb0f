import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';

import { releaseProxy, wrap, type Remote } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Piscina } from 'piscina';

import type { PartitionControl, PartitionTask } from '../../workers/partition.js';
import { PartitionError } from '../errors.js';
import type { Outcome, PartitionSpecification } from './partition.js';

/** A partition as the supervisor holds it: its control calls, and its death where it comes unasked. */
export interface PartitionHandle {
  readonly partition: number;
  /**
   * Makes a call.
   *
   * @throws PartitionError where the worker dies before it answers: a call to a dead worker would hang for ever
   */
  call(command: (control: Remote<PartitionControl>) => Promise<Outcome>): Promise<Outcome>;
  /** Ends the partition's task; returns once its port and its proxy are closed. */
  close(): Promise<void>;
}

/**
 * Starts a partition on a worker of the pool.
 *
 * @param currentStep the environment step, for the message of an unexpected death
 */
export function startPartition(pool: Piscina, specification: PartitionSpecification, currentStep: () => number): PartitionHandle {
  const { partition } = specification;
  const { port1, port2 } = new MessageChannel();
  const task: PartitionTask = { ...specification, port: port2 };
  let closing = false;
  const life: Promise<unknown> = pool.run(task, { transferList: [port2] });
  const death = life.then(
    () => undefined,
    (cause: unknown) => {
      if (closing) return undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PartitionError(partition, currentStep(), `its worker died (${reason})`, { cause });
    },
  );
  death.catch(() => undefined); // seen by the next call; on its own it must not bring the process down
  const control = wrap<PartitionControl>(nodeEndpoint(port1));

  return {
    partition,
    async call(command) {
      const outcome = await Promise.race([command(control), death]);
      if (outcome === undefined) throw new PartitionError(partition, currentStep(), 'its worker ended before it answered');
      return outcome;
    },
    async close() {
      closing = true;
      const closed = once(port1, 'close');
      control.close().catch(() => undefined); // a dead worker does not answer
      await Promise.race([closed, death]);
      control[releaseProxy]();
      port1.close();
    },
  };
}
