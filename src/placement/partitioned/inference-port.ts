import type { Environment, StepResult } from '../../environment/environment.js';
import type { Activations } from '../../network/dynamic.js';
import { allPartitions, type InferenceScope } from './inference.js';
import type { PartitionContext } from './partition-context.js';

/** The inference activations as an environments' host uses it: observations go onto lanes, and actions come off them. */
export interface InferencePort {
  /** The voltages that actions are taken from, a lane for each environment: with all others of a lane, those that are stored. */
  readonly activations: Pick<Activations, 'lanes' | 'voltages' | 'weightedInputs'>;
  /** A command begins: a clock of the environments', where they have one, is set going. */
  begin(group: number): void;
  /** Shows observations as the next ones of a group, on its lanes: all partitions may compute their voltages for them. */
  submit(group: number, observations: readonly ArrayLike<number>[]): void;
  /** True once a group is to act. */
  isReady(group: number): boolean;
  /** Takes down what the outputs say now, for `step`: at the very moment that a group is to act. */
  latch(group: number): void;
  /** Carries out the action that the outputs said on a lane. */
  step(environment: Environment, lane: number): StepResult;
  /** Seconds until a group is to act; absent where that is for others to say. */
  wakeDelay?(group: number): number;
}

/**
 * Shows on the inference activations and acts from another.
 *
 * @param activations whose output voltages are carried out
 */
export function createLanePort({ layout, control, inferenceActivations, notifyAll }: PartitionContext, activations: InferencePort['activations']): Pick<InferencePort, 'activations' | 'submit' | 'step'> {
  const { topology: { inputs, outputs }, encoder, decoder, groups } = layout;
  const { lanes } = inferenceActivations;
  const seen = new Float32Array(inputs.end);
  const said = new Float32Array(outputs.end - outputs.begin);

  function show(observation: ArrayLike<number>, lane: number): void {
    encoder.encode(observation, seen);
    for (let i = 0; i < seen.length; i += 1) inferenceActivations.voltages[i * lanes + lane] = seen[i];
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
      for (let i = 0; i < said.length; i += 1) said[i] = activations.voltages[(outputs.begin + i) * lanes + lane];
      return environment.step(decoder.decode(said));
    },
  };
}

const nothing = () => undefined;

/** The stage of actions that are awaited: a group acts once all outputs have answered, and nothing moves until it is shown what follows. */
export function createBlockingPort(views: PartitionContext, { ticksDone }: Pick<InferenceScope, 'ticksDone'> = allPartitions(views)): InferencePort {
  const { layout: { topology }, control } = views;
  return {
    ...createLanePort(views, views.inferenceActivations),
    begin: nothing,
    isReady: (group) => ticksDone(group) >= control.groups[group].observationNumber.get() * topology.ticks.length,
    latch: nothing,
  };
}
