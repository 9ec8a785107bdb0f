import { expose, transfer } from 'comlink';

import { loadModules, type ModuleUrls } from '../src/modules.js';
import { createCrew, type CrewSpecification } from '../src/supervisor/crew.js';
import type { Crew, Outcome } from '../src/supervisor/strands.js';
import type { WorldState } from '../src/supervisor/world-state.js';
import { describeFault, type Fault } from '../src/supervisor/fault.js';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';

/** What the supervisor may ask of a crew over its port. */
export interface CrewControl {
  /** Answers once the partitions are built. */
  ready(): void;
  train(recorded: boolean, left?: WorldState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

export interface CrewTask extends CrewSpecification {
  readonly port: MessagePort;
  /** The user's own modules, to be loaded first. */
  readonly modules: ModuleUrls;
}

/** The task that piscina runs: it lasts as long as the crew lives. @returns what went wrong where the crew cannot be built */
export default async function crewTask({ port, modules, ...specification }: CrewTask): Promise<Fault | undefined> {
  try {
    await loadModules(modules);
    await carry(createCrew(specification), port);
    return undefined;
  } catch (error) {
    return describeFault(error);
  }
}

/** Resolves once the crew has been told to close. */
function carry(crew: Crew, port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const control: CrewControl = {
      ready: () => undefined,
      train(recorded, left) {
        const outcome = crew.train(recorded, left);
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
