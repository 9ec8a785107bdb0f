import colours from 'picocolors';

import { findRule } from '../src/entries/internals.js';
import type { StalenessHistogram, LesionReport, Staleness } from '../src/index.js';
import type { TrainResult } from './train-result.js';

/** Worker restarts listed one by one. */
const RESTARTS = 3;

/** Prints a run's result for people, on stderr: stdout is for machines. */
export function printSummary(result: TrainResult): void {
  const { evaluation, random } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const rate = (value: number) => Math.round(value).toLocaleString('en');
  const { actors } = result;
  const places = [
    ...(result.perPartition ?? []).map(({ partition, neurons, updates, ...staleness }) => line(`partition ${partition}`, [`${neurons} neurons, ${rate(updates)} updates`, ...describeReads(staleness)].join('; '))),
    ...(result.perWorker ?? []).map(({ worker, actors: own, updates }) => line(`worker ${worker}`, `${own} actors${result.schedule === 'synchronous' ? '' : `, ${rate(updates)} updates`}`)),
  ];
  const restarts = result.workerRestarts.slice(0, RESTARTS).map(({ step, reason, seconds, ...place }) =>
    line('worker restarted', `${'worker' in place ? `worker ${place.worker}` : `partition ${place.partition}`} at step ${step.toLocaleString('en')} (${reason}), within ${seconds.toFixed(2)} s`),
  );
  const further = result.workerRestarts.length - restarts.length;
  if (process.stderr.isTTY) process.stderr.clearLine(0); // an interrupted progress bar may have left its line behind
  process.stderr.write(
    [
      '',
      colours.bold(`${result.environment}: ${result.rule}${describePlaces(result)}${(result.environments ?? 1) === 1 ? '' : ` in ${result.environments} environments`}, seed ${result.seed}, ${result.status}`),
      line('evaluation', `${colours.green(evaluation.meanReturn.toFixed(1))} mean return of ${evaluation.episodes} fresh episodes, exploration off`),
      line('random policy', `${random.meanReturn.toFixed(1)} on the same episodes`),
      ...describeLesion(result).map(([name, value]) => line(name, value)),
      line('training', `${rate(result.steps)} env steps in ${result.seconds.toFixed(1)} s`),
      line('speed', `${rate(result.stepsPerSecond)} env steps/s, ${rate(result.updatesPerSecond)} updates/s, ${result.updatesPerStep.toFixed(2)} updates per step${actors === undefined ? ` (${describeWindow(result)})` : ''}`),
      ...(result.virtualSeconds === undefined ? [] : [line('virtual time', `${result.virtualSeconds.toFixed(1)} s: ${rate(result.steps / result.virtualSeconds)} env steps/s`)]),
      ...(result.threads === undefined ? [line('staleness', describeStaleness(result))] : []),
      ...(actors === undefined || actors.lostUpdates.sampled === 0 ? [] : [line('lost updates', `${(1e6 * actors.lostUpdates.fraction).toFixed(1)} in a million of ${rate(actors.lostUpdates.sampled)} sampled`)]),
      ...(actors?.waits === undefined ? [] : [line('ordered updates', `${percent(actors.waits, 2 * result.staleness.weights.reads)} copies and updates waited for another thread`)]),
      ...(result.actionTiming === undefined ? [] : [line('actions', describeActionTiming(result.actionTiming))]),
      ...(result.threads === undefined ? places : []),
      ...restarts,
      ...(further > 0 ? [line('', `and ${further} more; all are listed in result.json`)] : []),
      ...(result.journal ? [line('journal', `${rate(result.journal.bytes)} bytes, ${result.journal.bytesPerPartitionTick.toFixed(2)} for each update of a partition; node scenarios/run rerun ${result.runFolder}`)] : []),
      ...(result.pictures ? [line('pictures', result.pictures.join(', '))] : []),
      ...(repeats(result) ? [] : [line('repeatable', `no: the run depends on thread timing${remedy(result)}`)]),
      line('run folder', result.runFolder),
      '',
    ].join('\n'),
  );
}

/** The schedule and the partitions of a network of neuron-agents; the threads of an algorithm without them. */
function describePlaces({ schedule, time, partitions = 1, threads, workers = 1, actors }: TrainResult): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  if (actors !== undefined) return `, ${schedule}, ${count(actors.count, 'actor')} on ${count(workers, 'thread')}${time === 'virtual' ? ' in virtual time' : ''}`;
  return threads === undefined ? `, ${schedule} on ${count(partitions, 'partition')}${time === 'virtual' ? ' in virtual time' : ''}` : ` on ${count(threads, 'thread')}`;
}

/** Whether settings and seed determine the run: not with racing threads or real clocks. The threads of DDPG are deterministic. */
export function repeats({ schedule, time, partitions, workers, threads, actionTiming }: Pick<TrainResult, 'schedule' | 'time' | 'partitions' | 'workers' | 'threads' | 'actionTiming'>): boolean {
  if (threads !== undefined || time === 'virtual') return true;
  if (actionTiming !== undefined || schedule === 'poisson') return false; // real clocks
  return schedule === 'synchronous' || (workers ?? partitions) === 1;
}

/** How to repeat a run that does not repeat itself. Sampled inference has real clocks under any schedule; rules that read all weights have no virtual time. */
export function remedy({ journal, actionTiming, rule }: Pick<TrainResult, 'journal' | 'actionTiming' | 'rule'>): string {
  if (journal) return '; its journal repeats it';
  const settings = [
    ...(actionTiming === undefined ? ['--schedule synchronous'] : []),
    ...(findRule(rule)?.locality === 'weights' ? [] : ['--time virtual']),
  ];
  return settings.length === 0 ? '' : `; it does not with ${settings.join(' or ')}`;
}

/** The age of actions under sampled inference. */
function describeActionTiming({ actions, missedDeadlines, age: { mean, p95, max } }: NonNullable<TrainResult['actionTiming']>): string {
  const missed = `${missedDeadlines === 0 ? 'no' : missedDeadlines.toLocaleString('en')} missed deadline${missedDeadlines === 1 ? '' : 's'}`;
  return `${actions.toLocaleString('en')} control ticks; age of actions in steps: mean ${mean.toFixed(2)}, p95 ${p95}, maximum ${max}; ${missed}`;
}

const QUANTILES = 'age of reads: median/p90/p99/maximum';

function describeStaleness({ measureStaleness, staleness, actors, schedule }: TrainResult): string {
  if (actors !== undefined) return schedule === 'synchronous' ? 'none: every rollout is of the weights that it changes' : `age of the weights that rollouts learned from, in updates: median/p90/p99/maximum ${describeAges('', staleness.weights).trim()}`;
  if (!measureStaleness) return 'not measured (--measure-staleness off)';
  const { voltages, weights, reward, acting } = staleness;
  if (voltages.reads + weights.reads + reward.reads + acting.reads === 0) return 'none: partitions read nothing of one another';
  const versions = Object.entries({ voltages, weights, ...(acting.reads > 0 && { acting }) }).map(([kind, ages]) => describeAges(kind, ages));
  return `${versions.join(', ')} versions; ${describeAges('reward', reward)} slots (${QUANTILES})`;
}

/** The reads of a partition from its peers. */
function describeReads({ voltages, weights, reward, acting }: Staleness): string[] {
  const kinds = Object.entries({ voltages, weights, reward, acting }).filter(([, { reads }]) => reads > 0);
  return [
    ...(kinds.length === 0 ? [] : [kinds.map(([kind, ages]) => describeAges(kind, ages)).join(', ')]),
    ...(voltages.reads + weights.reads === 0 ? [] : [`helped: computed a peer's voltages ${percent(weights.reads, voltages.reads + weights.reads)} the time`]),
  ];
}

function describeAges(kind: string, { median, p90, p99, max }: StalenessHistogram): string {
  return `${kind} ${[median, p90, p99, max].map((age) => age.toLocaleString('en')).join('/')}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} % of`;
}

function describeWindow({ schedule, updateWindow: window, actionTiming }: TrainResult): string {
  if (actionTiming !== undefined) return `acting does not wait for updates${schedule === 'synchronous' || window === 'off' ? '' : `; learning is at most ${window} updates ahead`}`;
  if (schedule === 'synchronous') return 'acting and learning alternate';
  return window === 'off' ? 'no rate limit' : `rate limiter: within ${window} updates`;
}

/** The cost of a lesion and the duration of recovery. */
function describeLesion({ lesion }: TrainResult): [name: string, value: string][] {
  if (lesion === undefined) return [];
  const { neurons, fraction, step, before, after, returnDrop } = lesion;
  const count = `${neurons.length} hidden neuron${neurons.length === 1 ? '' : 's'} (${Math.round(100 * fraction)} %)`;
  const returns = `${before.toFixed(1)} before, ${after.toFixed(1)} after: return drop ${returnDrop.toFixed(1)}`;
  if (step === 'evaluation') return [['lesion', `${count} disabled in a second evaluation: ${returns}`]];
  return [['lesion', `${count} at step ${step.toLocaleString('en')}: ${returns}`], ['recovery', describeRecovery(lesion)]];
}

function describeRecovery({ reinitialisedAt, recoverySteps, lowest, before, randomReturn }: LesionReport): string {
  const restored = reinitialisedAt === null ? '' : `; re-initialised at step ${reinitialisedAt.toLocaleString('en')}`;
  const learned = before > randomReturn;
  const recovery = recoverySteps === null ? 'not within the run' : `after ${recoverySteps.toLocaleString('en')} env steps`;
  return `${learned ? recovery : `not defined: before the lesion the return was no higher than that of the random policy (${randomReturn.toFixed(1)})`}; lowest return ${lowest.toFixed(1)}${restored}`;
}
