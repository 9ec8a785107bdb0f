import { createLanePort, type InferencePort } from './inference-port.js';
import { attachActionTimingRecorder } from './action-timing.js';
import type { PartitionContext } from './partition-context.js';
import type { ActivationVersions } from './activation-versions.js';

/** The control clock of a group of environments. */
interface ControlClock {
  /** When the clock was started, in seconds. */
  origin: number;
  /** Number of the next tick. */
  next: number;
  /** Number of the last observation submitted before the command. */
  before: number;
  /** Age of the action that was latched last, in environment steps. */
  age: number;
}

/**
 * The port of environments that do not wait. Their control clock ticks every T seconds, and at a tick a group acts on the output voltages of that moment:
 *
 *   a_k = the output voltages at time k T
 *
 * All voltages of the lanes, and their weighted inputs, are copied with them, so that what is stored is what was acted, though neurons tick meanwhile. A control tick
 * that comes while the environment task is busy is handled as soon as it is not; further ones are missed, and not made up for: no observation was submitted for them.
 *
 * @param counted false in evaluation
 */
export function createSampledPort(context: PartitionContext, versions: ActivationVersions, counted: boolean): InferencePort {
  const { layout: { topology, groups, settings: { timing: { controlPeriod: period } } }, control, inferenceActivations: { lanes, voltages, weightedInputs }, arena, now } = context;
  const activations = { lanes, voltages: new Float32Array(voltages.length), weightedInputs: new Float32Array(weightedInputs.length) };
  const { submit, step } = createLanePort(context, activations);
  const last = topology.ticks.findIndex((populations) => populations.includes(topology.populations.indexOf(topology.outputs))); // no layer that is only read back counts
  const recorder = attachActionTimingRecorder(arena);
  const clocks = groups.map((): ControlClock => ({ origin: 0, next: 0, before: 0, age: 0 }));
  const groupOf = groups.flatMap(({ begin, end }, group) => new Array<number>(end - begin).fill(group));
  const wait = ({ origin, next }: ControlClock) => (period === 0 ? 0 : Math.max(0, origin + next * period - now()));

  /** The next tick is the first one still to come. */
  function tick(clock: ControlClock): void {
    const due = clock.next;
    clock.next = Math.max(due, Math.floor((now() - clock.origin) / period)) + 1;
    if (counted) recorder.miss(clock.next - due - 1);
  }

  /** The oldest observation that the output voltages depend on, counted from the newest; all those from before the command count as one. */
  function ageOf(group: number, { before }: ControlClock): number {
    const answered = versions.owners[last].reduce((least, partition) => Math.min(least, versions.observation(partition, group, last)), Infinity);
    return control.groups[group].observationNumber.get() - Math.max(before, answered);
  }

  function copy(group: number): void {
    const { begin, end } = groups[group];
    for (let row = 0; row < voltages.length; row += lanes) {
      for (let lane = begin; lane < end; lane += 1) {
        activations.voltages[row + lane] = voltages[row + lane]; // shared, racy on purpose
        activations.weightedInputs[row + lane] = weightedInputs[row + lane];
      }
    }
  }

  return {
    activations,
    submit,
    begin(group) {
      clocks[group] = { origin: now(), next: 1, before: control.groups[group].observationNumber.get(), age: 0 };
    },
    isReady: (group) => wait(clocks[group]) === 0,
    wakeDelay: (group) => wait(clocks[group]),
    latch(group) {
      const clock = clocks[group];
      if (period > 0) tick(clock);
      clock.age = ageOf(group, clock); // before the voltages, which may be newer
      copy(group);
    },
    step(environment, lane) {
      if (counted) recorder.act(clocks[groupOf[lane]].age);
      return step(environment, lane);
    },
  };
}
