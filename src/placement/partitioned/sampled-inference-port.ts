import { createLanePort, type InferencePort } from './inference-port.js';
import { attachActionTimingRecorder } from './action-timing.js';
import type { PartitionContext } from './partition-context.js';
import type { ActivationVersions } from './activation-versions.js';

/** Of a group of environments. */
interface ControlClock {
  /** When the clock was set going, in seconds. */
  origin: number;
  /** Number of the next strike. */
  next: number;
  /** Number of the last observation shown before. */
  before: number;
  /** Environment steps by which the action that was read last is behind. */
  age: number;
}

/**
 * The stage of actions that nobody waits for. The environments' clock strikes every T seconds, and at a strike a group acts on what the outputs say,
 * whatever that is:
 *
 *   a_k = the output voltages at time k T
 *
 * All voltages of the lanes, and the weighted inputs that they came of, are taken down together with it, so that what is stored is what was acted, though neurons go on ticking meanwhile. A strike that comes
 * while the host is busy is taken as soon as it is not; further ones are missed, and not made up for: nobody has seen an observation
 * that could have been answered at them.
 *
 * @param counted false in evaluation
 */
export function createSampledPort(views: PartitionContext, wave: ActivationVersions, counted: boolean): InferencePort {
  const { layout: { topology, groups, settings: { timing: { controlPeriod: period } } }, control, inferenceActivations: { lanes, voltages, weightedInputs }, arena, now } = views;
  const activations = { lanes, voltages: new Float32Array(voltages.length), weightedInputs: new Float32Array(weightedInputs.length) };
  const { submit, step } = createLanePort(views, activations);
  const last = topology.ticks.findIndex((populations) => populations.includes(topology.populations.indexOf(topology.outputs))); // no layer that is only read back counts
  const strikes = attachActionTimingRecorder(arena);
  const clocks = groups.map((): ControlClock => ({ origin: 0, next: 0, before: 0, age: 0 }));
  const groupOf = groups.flatMap(({ begin, end }, group) => new Array<number>(end - begin).fill(group));
  const wait = ({ origin, next }: ControlClock) => (period === 0 ? 0 : Math.max(0, origin + next * period - now()));

  /** The next strike is the first that is still to come. */
  function strike(clock: ControlClock): void {
    const due = clock.next;
    clock.next = Math.max(due, Math.floor((now() - clock.origin) / period)) + 1;
    if (counted) strikes.miss(clock.next - due - 1);
  }

  /** The oldest observation that the outputs' voltages are made of, counted from the newest; what was shown before the command counts as one. */
  function ageOf(group: number, { before }: ControlClock): number {
    const answered = wave.owners[last].reduce((least, partition) => Math.min(least, wave.observation(partition, group, last)), Infinity);
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
      if (period > 0) strike(clock);
      clock.age = ageOf(group, clock); // before the voltages, which may be newer
      copy(group);
    },
    step(environment, lane) {
      if (counted) strikes.act(clocks[groupOf[lane]].age);
      return step(environment, lane);
    },
  };
}
