import { isRecord } from '../../check.js';
import { CheckpointError } from '../../errors.js';
import type { ParameterShape } from '../../memory/parameters.js';
import { neuronsOf, type Ownership } from '../../network/ownership.js';
import { MAX_STEPS_PER_COMMAND, type RunLayout } from './run-layout.js';
import { publishedParts } from './peer-parameters.js';
import type { VirtualState } from './virtual-state.js';

type Check = (value: unknown) => boolean;

/**
 * Checks the step and the virtual state of a checkpoint: every length, number and index.
 *
 * @returns the virtual state; undefined if there is none
 * @throws CheckpointError if a run of such a layout cannot have left it
 */
export function checkVirtualState(plan: RunLayout, { step, counters: { steps }, world }: { readonly step: number; readonly counters: { readonly steps: number }; readonly world: unknown }): VirtualState | undefined {
  const most = plan.settings.virtual === undefined ? steps : steps + MAX_STEPS_PER_COMMAND;
  if (step < steps || step > most) throw new CheckpointError('format', `it declares step ${step}, and its counters are of step ${steps}`);
  if (world === undefined || isWorldState(plan, world)) return world;
  throw new CheckpointError('format', 'its virtual world does not fit its settings');
}

function isWorldState(plan: RunLayout, value: unknown): value is VirtualState {
  const { settings: { partitions, learning, virtual }, ownership, topology, groups, ring } = plan;
  if (virtual === undefined) return false;
  const each = (checkOf: (partition: number) => Check) => all((own, partition) => checkOf(partition)(own), partitions);
  const clock = shape({ next: time, draw: count });
  const version = (partition: number) => shape({ version: count, sent: time, stretches: stretches([...plan.peerParameters.parameters, plan.peerParameters.weights], ownership[partition]) });
  const tick = (partition: number, index: number) => shape({ sent: time, ranges: numbers(topology.ticks[index].map((population) => widthOf(ownership[partition][population]) * 2 * learning.batch)) });
  const update = (partition: number) => shape({
    update: count,
    slots: (slots) => slots instanceof Int32Array && slots.length === learning.batch && slots.every((slot) => slot >= 0 && slot < ring.capacity),
    stored: count,
    parameters: stretches(plan.exchange.parameters, ownership[partition]),
    ticks: (ticks) => Array.isArray(ticks) && ticks.length <= topology.ticks.length && ticks.every((own: unknown, index) => tick(partition, index)(own)),
  });
  return shape({
    time,
    durations: shape({ draws: (draws) => isRecord(draws) && Object.values(draws).every(count), stepEnds: all(isNumber, groups.length) }),
    clocks: each((partition) => all(clock, clocksOf(plan, partition))),
    messages: shape({
      received: all(count, partitions),
      inFlight: all(shape({ partition: (partition) => count(partition) && Number(partition) < partitions, value: count, time })),
      versions: each((partition) => all(version(partition))),
      updates: each((partition) => all(update(partition))),
    }),
  })(value);
}

/** Clocks of a partition's schedule. */
function clocksOf({ settings, ownership }: RunLayout, partition: number): number {
  if (settings.schedule !== 'poisson') return 0;
  return 1 + (settings.timing.clocks === 'partition' ? 1 : neuronsOf(ownership, partition).length);
}

const isNumber: Check = (value) => Number.isFinite(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const time: Check = (value) => isNumber(value) && Number(value) >= 0;

function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value) => isRecord(value) && Object.keys(value).length === Object.keys(checks).length && Object.entries(checks).every(([key, check]) => check(value[key]));
}

/** @param length any unless given */
function all(check: (value: unknown, index: number) => boolean, length?: number): Check {
  return (value) => Array.isArray(value) && (length === undefined || value.length === length) && value.every(check);
}

/** Float32 arrays of these lengths. */
function numbers(lengths: readonly number[]): Check {
  return all((own, i) => own instanceof Float32Array && own.length === lengths[i], lengths.length);
}

/** A partition's own range of every part, in the order of ranges and parts. */
function stretches(parameters: readonly ParameterShape[], ranges: Ownership[number]): Check {
  const parts = parameters.flatMap((parameter) => publishedParts(parameter).map(() => parameter.lengths));
  return numbers(ranges.flatMap(({ begin, end }) => parts.map((lengths) => lengths.slice(begin, end).reduce((sum, length) => sum + length, 0))));
}

const widthOf = ({ begin, end }: Ownership[number][number]) => end - begin;
