import { createSimulation, describeDistribution, killWorkersEvery, resolveSettings, resumeSimulation } from '../src/index.js';
import { SIMULATION_FLAGS } from './options.js';
import type { Scenario } from './scenario.js';
import { trainAndClose } from './training.js';

/** The settings as `--help` prints them: those of one schedule alone, as that schedule has them. */
const SHOWN = { ...resolveSettings(), timing: shownTiming(), virtual: shownVirtual() };

function shownTiming(): object {
  const { bound } = resolveSettings({ schedule: 'bounded' }).timing;
  const { clockRate } = resolveSettings({ schedule: 'poisson' }).timing;
  return { ...resolveSettings().timing, bound, clockRate };
}

function shownVirtual(): object {
  const { virtual } = resolveSettings({ schedule: 'virtual' });
  if (virtual === undefined) return {};
  const { compute, act, step, delay, latency } = virtual;
  const durations: Record<string, string> = Object.fromEntries(Object.entries({ compute, act, step, delay, latency }).map(([key, value]) => [key, describeDistribution(value)]));
  return { ...virtual, ...durations };
}

/** The main job: trains one network on one task, and leaves a run folder. */
export const train: Scenario = {
  name: 'train',
  summary: 'train a network of neuron-agents on one task (the default)',
  flags: SIMULATION_FLAGS,
  defaults: SHOWN,
  resumable: true,
  mortal: true,
  async run(input) {
    const simulation = await (input.resume ? resumeSimulation(input.resume.checkpoint) : createSimulation(input.options));
    const { rule, schedule, partitions, rateLimit, timing: { ledger } } = simulation.settings;
    const title = `${rule.name} ${schedule}×${partitions}`;
    const endKilling = killWorkersEvery(simulation, input.killWorkerEvery);
    try {
      return await trainAndClose(simulation, { scenario: 'train', title, rule: rule.name, schedule, partitions, rateLimit, ledger }, input);
    } finally {
      endKilling();
    }
  },
};
