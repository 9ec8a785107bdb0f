import type { Environment, StepResult } from '../environment/environment.js';
import type { Views } from './views.js';

/** The acting board as an environments' host uses it: observations go onto lanes, and actions come off them. */
export interface Stage {
  /** Shows observations as the next ones of a group, on its lanes: all partitions may compute their voltages for them. */
  present(group: number, observations: readonly ArrayLike<number>[]): void;
  /** True once the outputs have answered what a group was shown. */
  answered(group: number): boolean;
  /** Carries out the action that the outputs have answered with on a lane. */
  act(environment: Environment, lane: number): StepResult;
}

export function createStage({ plan, control, actingBoard: { voltages, lanes }, announce }: Views): Stage {
  const { topology, encoder, decoder, groups } = plan;
  const { inputs, outputs } = topology;
  const seen = new Float32Array(inputs.end);
  const said = new Float32Array(outputs.end - outputs.begin);

  function show(observation: ArrayLike<number>, lane: number): void {
    encoder.encode(observation, seen);
    for (let i = 0; i < seen.length; i += 1) voltages[i * lanes + lane] = seen[i];
  }

  return {
    present(group, observations) {
      const { clock } = control.groups[group];
      observations.forEach((observation, i) => { show(observation, groups[group].begin + i); });
      clock.set(clock.get() + 1);
      announce();
    },
    answered: (group) => control.progress[group].least() >= control.groups[group].clock.get() * topology.ticks.length,
    act(environment, lane) {
      for (let i = 0; i < said.length; i += 1) said[i] = voltages[(outputs.begin + i) * lanes + lane];
      return environment.step(decoder.decode(said));
    },
  };
}
