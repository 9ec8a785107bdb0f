import { createSimulation, describeDistribution, killWorkersEvery, recordedOptions, resolveSettings, resumeSimulation, wrongValue, type Settings } from '../src/index.js';
import { SIMULATION_FLAGS } from './options.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { trainAndClose } from './training.js';

/** The settings as `--help` prints them: those of one schedule alone, as that schedule has them. */
const SHOWN = { ...resolveSettings(), timing: shownTiming(), virtual: shownVirtual() };

function shownTiming(): object {
  const { bound } = resolveSettings({ schedule: 'bounded' }).timing;
  const { clockRate } = resolveSettings({ schedule: 'poisson' }).timing;
  const { environmentPeriod } = resolveSettings({ timing: { acting: 'free' } }).timing;
  return { ...resolveSettings().timing, bound, clockRate, environmentPeriod };
}

function shownVirtual(): object {
  const { virtual } = resolveSettings({ schedule: 'virtual' });
  if (virtual === undefined) return {};
  const { compute, act, step, delay, latency, wake } = virtual;
  const durations: Record<string, string> = Object.fromEntries(Object.entries({ compute, act, step, delay, latency, wake }).map(([key, value]) => [key, describeDistribution(value)]));
  return { ...virtual, ...durations };
}

/** @throws RangeError where workers are to be killed that cannot be replaced: what they know is more than what lies in the shared memory */
function checkKilling({ killWorkerEvery, record, options }: ScenarioInput): void {
  if (killWorkerEvery === 0) return;
  if (record) throw wrongValue('kill-worker-every', '0 in a run that is recorded', killWorkerEvery);
  if (options.schedule === 'virtual') throw wrongValue('kill-worker-every', '0 in virtual time', killWorkerEvery);
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
  summary: 'train a network of neuron-agents on one task (the default)',
  flags: SIMULATION_FLAGS,
  defaults: SHOWN,
  resumable: true,
  mortal: true,
  recordable: true,
  watchable: true,
  async run(input) {
    checkKilling(input);
    const options = input.record ? recordedOptions(input.options) : input.options;
    const simulation = await (input.resume ? resumeSimulation(input.resume.checkpoint) : createSimulation(options));
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
