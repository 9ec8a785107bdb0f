import { expose, transfer } from 'comlink';

import { createCrew, type CrewSpecification, type Outcome } from '../src/supervisor/crew.js';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

/** What the supervisor may ask of a crew over its port. */
export interface CrewControl {
  /** Answers once the partitions are built. */
  ready(): void;
  train(recorded: boolean): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

export interface CrewTask extends CrewSpecification {
  readonly port: MessagePort;
}

/** The task that piscina runs: it lasts as long as the crew lives. */
export default function crewTask({ port, ...specification }: CrewTask): Promise<void> {
  const crew = createCrew(specification);
  return new Promise((resolve) => {
    const control: CrewControl = {
      ready: () => undefined,
      train(recorded) {
        const outcome = crew.train(recorded);
        return transfer(outcome, outcome.kind === 'done' ? outcome.logs.map(({ bytes }) => bytes.buffer) : []);
      },
      evaluate: (episodeSeeds) => crew.evaluate(episodeSeeds),
      close() {
        crew.close();
        setImmediate(() => {
          port.close(); // after the answer to this very call has left
          resolve();
        });
      },
    };
    expose(control, nodeEndpoint(port));
  });
}
