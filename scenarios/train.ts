import { killWorkersEvery, recordedOptions, SIMULATION, wrongValue } from '../src/entries/internals.js';
import { createSimulation, resumeSimulation, type Settings } from '../src/index.js';
import { ALGORITHM, CHECKPOINTS, CONFIG, FINAL, KILLING, RECORD, RESUME, WATCH } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { trainAndClose } from './training.js';

/** @throws RangeError where workers are to be killed that cannot be replaced: what they know is more than what lies in the shared memory */
function checkKilling({ killWorkerEvery, record, options }: ScenarioInput): void {
  if (killWorkerEvery === 0) return;
  if (record) throw wrongValue('killWorkerEvery', '0 in a run that is recorded', killWorkerEvery);
  if (options.schedule === 'virtual') throw wrongValue('killWorkerEvery', '0 in virtual time', killWorkerEvery);
}

/** A matrix of all connections is made of these, and nobody could see more. */
const MOST_WATCHED = 2000;

/** @throws RangeError where there are too many neurons to be drawn */
function checkWatching({ watch }: ScenarioInput, { network: { hidden } }: Settings): void {
  const neurons = hidden.reduce((sum, size) => sum + size, 0);
  if (watch && neurons > MOST_WATCHED) throw wrongValue('watch', `a network of at most ${MOST_WATCHED} hidden neurons`, neurons);
}

/** The main job: trains one network on one task, and leaves a run folder. */
export const train: Scenario = {
  name: 'train',
  algorithm: 'neurons',
  summary: 'train a network of neuron-agents on one task (the default)',
  table: SIMULATION,
  commands: [ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME, RECORD, WATCH, KILLING],
  async run(input) {
    checkKilling(input);
    const options = input.record ? recordedOptions(input.options) : input.options;
    const simulation = await (input.resumption ? resumeSimulation(input.resumption.checkpoint) : createSimulation(options));
    try {
      checkWatching(input, simulation.settings);
    } catch (error) {
      await simulation.close();
      throw error;
    }
    const { rule, schedule, partitions, environments, rateLimit, timing: { ledger } } = simulation.settings;
    const title = `${rule.name} ${schedule}×${partitions}`;
    const endKilling = killWorkersEvery(simulation, input.killWorkerEvery);
    try {
      return await trainAndClose(simulation, { scenario: 'train', title, rule: rule.name, schedule, partitions, environments, rateLimit, ledger }, input);
    } finally {
      endKilling();
    }
  },
};
