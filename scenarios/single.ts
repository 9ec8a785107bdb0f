import type { Trainable } from '../src/entries/internals.js';
import { ALGORITHM, CHECKPOINTS, CONFIG, FINAL, RESUME } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

/** Trains an algorithm on the calling thread, and leaves the same run folder as neuron-agents do. */
export function singleScenario({ name, summary, table, create, resume }: Trainable): Scenario {
  return {
    name,
    algorithm: name,
    summary,
    table,
    commands: [ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME],
    async run(input) {
      const training = await (input.resumption ? resume(input.resumption.checkpoint) : create(input.options));
      const { threads = 1, credit } = training.settings;
      return trainAndClose(training, { scenario: name, algorithm: name, rule: name, ...(credit !== undefined && { credit }), schedule: 'synchronous', time: 'real', partitions: 1, environments: 1, updateWindow: 0, measureStaleness: true, threads }, input);
    },
  };
}
