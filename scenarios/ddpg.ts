import { createDdpg, resolveDdpgSettings, resumeDdpg } from '../src/index.js';
import { DDPG_FLAGS } from './options.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

/** The opponent: trains an actor and a critic by backpropagation, and leaves the same run folder. */
export const ddpg: Scenario = {
  name: 'ddpg',
  summary: 'train DDPG, the opponent that backpropagates, on one task',
  flags: DDPG_FLAGS,
  defaults: resolveDdpgSettings(),
  resumable: true,
  async run(input) {
    const training = await (input.resume ? resumeDdpg(input.resume.checkpoint) : createDdpg(input.options));
    const labels = { scenario: 'ddpg', title: 'ddpg', rule: 'ddpg', schedule: 'synchronous', partitions: 1, environments: 1, rateLimit: 0, ledger: true, threads: training.settings.threads };
    return trainAndClose(training, labels, input);
  },
};
