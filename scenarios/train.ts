import { killWorkersEvery, recordedOptions, SIMULATION, wrongValue } from '../src/entries/internals.js';
import { createSimulation, resumeSimulation, type Settings } from '../src/index.js';
import { ALGORITHM, CHECKPOINTS, CONFIG, DEFAULT_ALGORITHM, FINAL, KILLING, RECORD, RECORD_ACTIVITY, RESUME } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { checkKilling, trainAndClose } from './training.js';

/** Largest network whose connection matrix is drawn. */
const MOST_RECORDED = 2000;

/** @throws RangeError if runs of these settings do not have an option of the command line */
function checkCommands(input: ScenarioInput, { time, network: { hidden } }: Settings): void {
  checkKilling(input, time);
  const { recordActivity } = input;
  const neurons = hidden.reduce((sum, size) => sum + size, 0);
  if (recordActivity && neurons > MOST_RECORDED) throw wrongValue('recordActivity', `a network of at most ${MOST_RECORDED} hidden neurons`, neurons);
}

/** The main job: trains one network on one task, and leaves a run folder. */
export const train: Scenario = {
  name: 'train',
  algorithm: DEFAULT_ALGORITHM,
  summary: 'train a network of neuron-agents on one task (the default)',
  table: SIMULATION,
  commands: [ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME, RECORD, RECORD_ACTIVITY, KILLING],
  async run(input) {
    const options = input.record ? recordedOptions(input.options) : input.options;
    const simulation = await (input.resumption ? resumeSimulation(input.resumption.checkpoint) : createSimulation(options));
    try {
      checkCommands(input, simulation.settings);
    } catch (error) {
      await simulation.close();
      throw error;
    }
    const { rule, schedule, time, partitions, environments, updateWindow, timing: { measureStaleness } } = simulation.settings;
    const endKilling = killWorkersEvery(simulation, simulation.settings.partitions, input.killWorkerEvery);
    try {
      return await trainAndClose(simulation, { scenario: 'train', algorithm: DEFAULT_ALGORITHM, rule: rule.name, schedule, time, partitions, environments, updateWindow, measureStaleness }, input);
    } finally {
      endKilling();
    }
  },
};
