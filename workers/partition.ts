import { expose } from 'comlink';

import { createPartition, type Outcome, type PartitionSpecification } from '../src/supervisor/partition.js';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

/** What the supervisor may ask of a partition over its port. */
export interface PartitionControl {
  /** Answers once the partition is built. */
  ready(): void;
  train(): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

export interface PartitionTask extends PartitionSpecification {
  readonly port: MessagePort;
}

/** The task that piscina runs: it lasts as long as the partition lives. */
export default function partitionTask({ port, ...specification }: PartitionTask): Promise<void> {
  const partition = createPartition(specification);
  return new Promise((resolve) => {
    const control: PartitionControl = {
      ready: () => undefined,
      train: () => partition.train(),
      evaluate: (episodeSeeds) => partition.evaluate(episodeSeeds),
      close() {
        partition.close();
        setImmediate(() => {
          port.close(); // after the answer to this very call has left
          resolve();
        });
      },
    };
    expose(control, nodeEndpoint(port));
  });
}
