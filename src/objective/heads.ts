import { readOutsOf, type Population, type Topology } from '../network/topology.js';
import type { Room } from './action-value.js';
import type { OutputError } from './objective.js';
import type { Rollout, RolloutObjective } from './rollout.js';

/** Part `index` of `parts` equal ones. */
const partOf = (numbers: Float32Array, index: number, parts: number) => numbers.subarray((index * numbers.length) / parts, ((index + 1) * numbers.length) / parts);

/** The error that each hidden layer is credited with: that of its own head where layers have heads, else that of the outputs. */
export function errorsOfLayers(topology: Topology, error: OutputError): ReadonlyMap<Population, OutputError> {
  const hidden = topology.populations.filter(({ kind }) => kind === 'hidden');
  const heads = readOutsOf(topology).length;
  const errors = errorsOfHeads(heads, error);
  return new Map(hidden.map((layer, index) => {
    const head = heads === 1 ? 0 : index;
    return [layer, errors[head]] as const;
  }));
}

/** The errors of each head: parts of those of all. */
export function errorsOfHeads(heads: number, { outputs, signals }: OutputError): OutputError[] {
  return Array.from({ length: heads }, (_, head) => ({ outputs: partOf(outputs, head, heads), signals: partOf(signals, head, heads) }));
}

/** An objective evaluated on each of several heads, as if its voltages were the outputs: its error and rollouts hold head after head. Each head bootstraps by its own values. */
export function onEachHead(objective: RolloutObjective, heads: number, room: Room): RolloutObjective {
  if (heads === 1) return objective;
  const { outputs, signals } = objective.error;
  const error = { outputs: room.numbers(heads * outputs.length), signals: room.numbers(heads * signals.length) };
  let views: (Rollout & { length: number })[] | undefined;
  return {
    error,
    evaluate(rollout) {
      views ??= Array.from({ length: heads }, (_, head) => ({ ...rollout, outputs: partOf(rollout.outputs, head, heads), successors: partOf(rollout.successors, head, heads) }));
      views.forEach((view, head) => {
        view.length = rollout.length;
        objective.evaluate(view);
        error.outputs.set(outputs, head * outputs.length);
        error.signals.set(signals, head * signals.length);
      });
    },
  };
}
