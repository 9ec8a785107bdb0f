import { createSimulation, recordedOptions, resolveSettings, resumeSimulation } from '../src/index.js';
import { SIMULATION_FLAGS } from './options.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

/** The main job: trains one network on one task, and leaves a run folder. */
export const train: Scenario = {
  name: 'train',
  summary: 'train a network of neuron-agents on one task (the default)',
  flags: SIMULATION_FLAGS,
  defaults: resolveSettings(),
  resumable: true,
  recordable: true,
  async run(input) {
    const options = input.record ? recordedOptions(input.options) : input.options;
    const simulation = await (input.resume ? resumeSimulation(input.resume.checkpoint) : createSimulation(options));
    const { rule, schedule, partitions, rateLimit } = simulation.settings;
    const title = `${rule.name} ${schedule}×${partitions}`;
    return trainAndClose(simulation, { scenario: 'train', title, rule: rule.name, schedule, partitions, rateLimit }, input);
  },
};
