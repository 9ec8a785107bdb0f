import { createArena, type Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import { parameterBlocks, type ParameterTable } from '../../memory/parameters.js';
import { initialiseWeights } from '../../network/initialise.js';
import { createStream } from '../../random/stream.js';
import { SLOT } from '../../replay/ring.js';
import { clearExchange } from './activation-exchange.js';
import { ALIVE, WEIGHTS, type RunLayout } from './run-layout.js';
import { attachTables } from './partition-context.js';

/**
 * Draws the initial parameters: weights, and what the rule initialises; target copies are equal to them.
 *
 * @param seed decides the draws
 */
export function initialiseParameters(plan: RunLayout, arena: Arena, seed: number): void {
  const { topology, settings, rule } = plan;
  const [tables, ...others] = tablesOfAll(plan, arena);
  initialiseWeights(topology, seed, settings.network, tables[WEIGHTS].values);
  rule.initialise?.(topology, tables, seed);
  for (const replicas of others) for (const name of plan.replicated) replicas[name].values.set(tables[name].values);
  for (const each of [tables, ...others]) for (const { values, target } of Object.values(each)) if (target.length > 0) target.set(values);
}

/** The tables of each partition, where they differ: all but the first have only replicas of their own. */
function tablesOfAll(plan: RunLayout, arena: Arena): Readonly<Record<string, ParameterTable>>[] {
  return Array.from({ length: plan.replicated.length === 0 ? 1 : plan.settings.partitions }, (_, partition) => attachTables(plan, arena, partition));
}

/** Disables neurons or enables them again, with the parameters that they have. Discards what was published with the others. Only while no partition runs. */
export function setEnabled(arena: Arena, neurons: readonly number[], alive: boolean): void {
  const words = arena.int32(ALIVE);
  for (const neuron of neurons) words[neuron] = alive ? 1 : 0;
  clearExchange(arena);
}

/**
 * Reinitialises lesioned neurons: they get the initial parameters of another seed, drawn from a stream of their own. Moments and traces are zero,
 * target copies equal. Only while no partition runs.
 */
export function reinitialise(plan: RunLayout, arena: Arena, neurons: readonly number[]): void {
  const plain = { ...plan, replicated: [] };
  const drawnArena = createArena(parameterBlocks(plan.parameters));
  initialiseParameters(plain, drawnArena, createStream(plan.settings.seed, 'rebirth').integer(2 ** 48));
  const blank = attachTables(plain, drawnArena);
  for (const [name, table] of tablesOfAll(plan, arena).flatMap((tables) => Object.entries(tables))) {
    for (const neuron of neurons) {
      const [own, drawn] = [table.of(neuron), blank[name].of(neuron)];
      own.values.set(drawn.values);
      own.target.set(drawn.target);
      own.first.fill(0);
      own.second.fill(0);
    }
  }
  setEnabled(arena, neurons, true);
}

/**
 * Ends the current trajectory where neurons were lesioned or reinitialised for good: no online rule learns from a transition that one network began and another
 * ended. Minibatches do not change: their voltages are computed anew.
 */
export function endTrajectory({ rule, ring }: RunLayout, arena: Arena): void {
  const stored = Atomics.load(arena.int32('control'), WORD.stored);
  if (rule.data === 'online' && stored > 0) arena.int32('replay/kind')[(stored - 1) % ring.capacity] = SLOT.final;
}
