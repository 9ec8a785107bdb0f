import { DDPG } from '../src/entries/internals.js';
import { createDdpg, resumeDdpg } from '../src/index.js';
import { CHECKPOINTS, CONFIG, FINAL, RESUME } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

/** The opponent: trains an actor and a critic by backpropagation, and leaves the same run folder. */
export const ddpg: Scenario = {
  name: 'ddpg',
  summary: 'train DDPG, the opponent that backpropagates, on one task',
  table: DDPG,
  commands: [CONFIG, FINAL, CHECKPOINTS, RESUME],
  async run(input) {
    const training = await (input.resumption ? resumeDdpg(input.resumption.checkpoint) : createDdpg(input.options));
    const labels = { scenario: 'ddpg', title: 'ddpg', rule: 'ddpg', schedule: 'synchronous', partitions: 1, environments: 1, rateLimit: 0, ledger: true, threads: training.settings.threads };
    return trainAndClose(training, labels, input);
  },
};
