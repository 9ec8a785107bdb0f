import type { Environment, StepResult } from '../../environment/environment.js';
import type { Activations } from '../../network/activations.js';
import { allPartitions, type InferenceScope } from './inference.js';
import type { PartitionContext } from './partition-context.js';

/** Where an environment loop submits observations and fetches actions. */
export interface InferencePort {
  /** The voltages that actions are decoded from, a lane for each environment; they are stored with all other voltages of the lane. */
  readonly activations: Pick<Activations, 'lanes' | 'voltages' | 'weightedInputs'>;
  /** Starts a command: the control clock, if there is one. */
  begin(group: number): void;
  /** Submits the next observations of a group, on its lanes: all partitions may compute their voltages for them. */
  submit(group: number, observations: readonly ArrayLike<number>[]): void;
  /** True once a group is to act. */
  isReady(group: number): boolean;
  /** Takes the output voltages for `step`, at the moment that a group is to act. */
  latch(group: number): void;
  /** Steps an environment with the action of its lane. */
  step(environment: Environment, lane: number): StepResult;
  /** Seconds until a group is to act; undefined if that depends on partitions. */
  wakeDelay?(group: number): number;
}

/**
 * Submits to the shared activations, and acts from others.
 *
 * @param activations whose output voltages are decoded
 */
export function createLanePort({ layout, control, inferenceActivations, notifyAll }: PartitionContext, activations: InferencePort['activations']): Pick<InferencePort, 'activations' | 'submit' | 'step'> {
  const { topology: { inputs, outputs }, encoder, decoder, groups } = layout;
  const { lanes } = inferenceActivations;
  const inputVoltages = new Float32Array(inputs.end);
  const outputVoltages = new Float32Array(outputs.end - outputs.begin);

  function show(observation: ArrayLike<number>, lane: number): void {
    encoder.encode(observation, inputVoltages);
    for (let i = 0; i < inputVoltages.length; i += 1) inferenceActivations.voltages[i * lanes + lane] = inputVoltages[i];
  }

  return {
    activations,
    submit(group, observations) {
      const { observationNumber } = control.groups[group];
      observations.forEach((observation, i) => { show(observation, groups[group].begin + i); });
      observationNumber.set(observationNumber.get() + 1);
      notifyAll();
    },
    step(environment, lane) {
      for (let i = 0; i < outputVoltages.length; i += 1) outputVoltages[i] = activations.voltages[(outputs.begin + i) * lanes + lane];
      return environment.step(decoder.decode(outputVoltages));
    },
  };
}

const nothing = () => undefined;

/** The port of environments that wait: a group acts once all outputs have been computed, and nothing changes until it submits the next observations. */
export function createBlockingPort(context: PartitionContext, { ticksDone }: Pick<InferenceScope, 'ticksDone'> = allPartitions(context)): InferencePort {
  const { layout: { topology }, control } = context;
  return {
    ...createLanePort(context, context.inferenceActivations),
    begin: nothing,
    isReady: (group) => ticksDone(group) >= control.groups[group].observationNumber.get() * topology.ticks.length,
    latch: nothing,
  };
}
