import colours from 'picocolors';

import type { Ages, DeathReport, Staleness } from '../src/index.js';
import type { TrainResult } from './training.js';

/** Deaths that have a line each. */
const DEATHS = 3;

/** Prints a run's result for people, on stderr: stdout is for machines. */
export function printSummary(result: TrainResult): void {
  const { evaluation, random } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const rate = (value: number) => Math.round(value).toLocaleString('en');
  const partitions = result.perPartition.map(
    ({ partition, neurons, updates, ...staleness }) =>
      line(`partition ${partition}`, [`${neurons} neurons, ${rate(updates)} updates`, ...describeReads(staleness)].join('; ')),
  );
  const deaths = result.workerRestarts.slice(0, DEATHS).map(({ partition, step, reason, seconds }) =>
    line('worker died', `partition ${partition}'s at step ${step.toLocaleString('en')} (${reason}); another took its place after ${seconds.toFixed(2)} s`),
  );
  const further = result.workerRestarts.length - deaths.length;
  if (process.stderr.isTTY) process.stderr.clearLine(0); // an interrupted progress bar may have left its line behind
  process.stderr.write(
    [
      '',
      colours.bold(`${result.environment}: ${result.rule}${describePlaces(result)}${result.environments === 1 ? '' : ` in ${result.environments} environments`}, seed ${result.seed}, ${result.status}`),
      line('evaluation', `${colours.green(evaluation.meanReturn.toFixed(1))} mean return of ${evaluation.episodes} fresh episodes, exploration off`),
      line('random policy', `${random.meanReturn.toFixed(1)} on the same episodes`),
      ...describeDeath(result).map(([name, value]) => line(name, value)),
      line('training', `${rate(result.steps)} env steps in ${result.seconds.toFixed(1)} s`),
      line('speed', `${rate(result.stepsPerSecond)} env steps/s, ${rate(result.updatesPerSecond)} updates/s, ${result.updatesPerStep.toFixed(2)} updates per step (${rateLimit(result)})`),
      ...(result.virtualSeconds === undefined ? [] : [line('virtual time', `${result.virtualSeconds.toFixed(1)} s: ${rate(result.steps / result.virtualSeconds)} env steps/s`)]),
      ...(result.threads === undefined ? [line('staleness', describeStaleness(result))] : []),
      ...(result.actionTiming === undefined ? [] : [line('actions', describeStrikes(result.actionTiming))]),
      ...(result.threads === undefined ? partitions : []),
      ...deaths,
      ...(further > 0 ? [line('', `and ${further} more deaths, each made good; result.json has them all`)] : []),
      ...(result.journal ? [line('journal', `${rate(result.journal.bytes)} bytes, ${result.journal.bytesPerPartitionTick.toFixed(2)} for each update of a partition; node scenarios/run replay ${result.runFolder}`)] : []),
      ...(result.pictures ? [line('pictures', result.pictures.join(', '))] : []),
      ...(repeats(result) ? [] : [line('repeatable', `no: it depends on the seed and on when threads ran; ${remedy(result)}`)]),
      line('run folder', result.runFolder),
      '',
    ].join('\n'),
  );
}

/** Who computes: the partitions of a network of neuron-agents, or the threads of what has none. */
function describePlaces({ schedule, partitions, threads }: TrainResult): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  return threads === undefined ? `, ${schedule} on ${count(partitions, 'partition')}` : ` on ${count(threads, 'thread')}`;
}

/** Whether the seed alone decides how a run goes: threads that run free and real clocks do not repeat themselves. DDPG's threads do. */
export function repeats({ schedule, partitions, threads, actionTiming }: Pick<TrainResult, 'schedule' | 'partitions' | 'threads' | 'actionTiming'>): boolean {
  if (threads !== undefined || schedule === 'virtual') return true;
  if (actionTiming !== undefined || schedule === 'poisson') return false; // real clocks
  return schedule === 'synchronous' || partitions === 1;
}

function remedy({ journal }: TrainResult): string {
  return journal ? 'its journal repeats it' : '--schedule synchronous and virtual repeat themselves';
}

/** How old the actions were that nobody waited for. */
function describeStrikes({ actions, missed, age: { mean, p95, max } }: NonNullable<TrainResult['actionTiming']>): string {
  const late = missed === 0 ? 'no strike' : `${missed.toLocaleString('en')} strike${missed === 1 ? '' : 's'}`;
  return `${actions.toLocaleString('en')} as the environment's clock struck, ${mean.toFixed(2)} steps old on average, 95 % at most ${p95}, all at most ${max}; ${late} missed`;
}

const HALF_TO_ALL = 'half, 90 %, 99 % and all of the reads at most so old';

function describeStaleness({ ledger, staleness }: TrainResult): string {
  if (!ledger) return 'not measured (--ledger off)';
  const { voltages, weights, reward, acting } = staleness;
  if (voltages.reads + weights.reads + reward.reads + acting.reads === 0) return 'none: nothing is read of others';
  const versions = Object.entries({ voltages, weights, ...(acting.reads > 0 && { acting }) }).map(([kind, ages]) => describeAges(kind, ages));
  return `${versions.join(', ')} versions; ${describeAges('reward', reward)} slots (${HALF_TO_ALL})`;
}

/** What a partition read of others; nothing where that is nothing. */
function describeReads({ voltages, weights, reward, acting }: Staleness): string[] {
  const kinds = Object.entries({ voltages, weights, reward, acting }).filter(([, { reads }]) => reads > 0);
  return [
    ...(kinds.length === 0 ? [] : [kinds.map(([kind, ages]) => describeAges(kind, ages)).join(', ')]),
    ...(voltages.reads + weights.reads === 0 ? [] : [`computed a peer's itself ${percent(weights.reads, voltages.reads + weights.reads)}`]),
  ];
}

function describeAges(kind: string, { median, p90, p99, max }: Ages): string {
  return `${kind} ${[median, p90, p99, max].map((age) => age.toLocaleString('en')).join('/')}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} % of the time`;
}

function rateLimit({ schedule, rateLimit: window, actionTiming }: TrainResult): string {
  if (actionTiming !== undefined) return `acting waits for no update${schedule === 'synchronous' || window === 'off' ? '' : `, learning is at most ${window} ahead of it`}`;
  if (schedule === 'synchronous') return 'acting and learning alternate';
  return window === 'off' ? 'rate limit off' : `held within ${window} updates of acting`;
}

/** What a death has cost, and how long recovery took. */
function describeDeath({ death }: TrainResult): [name: string, value: string][] {
  if (death === undefined) return [];
  const { neurons, share, step, before, after, loss } = death;
  const count = `${neurons.length} hidden neuron${neurons.length === 1 ? '' : 's'} (${Math.round(100 * share)} %)`;
  const returns = `${before.toFixed(1)} before, ${after.toFixed(1)} after: ${loss.toFixed(1)} lost`;
  if (step === 'evaluation') return [['death', `${count} silent in a second evaluation: ${returns}`]];
  return [['death', `${count} at step ${step.toLocaleString('en')}: ${returns}`], ['recovery', describeRecovery(death)]];
}

function describeRecovery({ rebirth, recoverySteps, lowest, before, randomReturn }: DeathReport): string {
  const reborn = rebirth === null ? '' : `; born again at step ${rebirth.toLocaleString('en')}`;
  const learned = before > randomReturn;
  const recovery = recoverySteps === null ? 'not within the run' : `after ${recoverySteps.toLocaleString('en')} env steps`;
  return `${learned ? recovery : `none, as nothing was learned before the death (random policy ${randomReturn.toFixed(1)})`}; lowest return ${lowest.toFixed(1)}${reborn}`;
}
