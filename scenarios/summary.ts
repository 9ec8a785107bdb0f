import colours from 'picocolors';

import type { TrainResult } from './training.js';

/** Prints a run's result for people, on stderr: stdout is for machines. */
export function printSummary(result: TrainResult): void {
  const { evaluation, random, staleness } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const rate = (value: number) => Math.round(value).toLocaleString('en');
  const partitions = result.perPartition.map(
    ({ partition, neurons, updates, median, max, reads, helped }) =>
      line(
        `partition ${partition}`,
        `${neurons} neurons, ${rate(updates)} updates; voltages it read: ${median} versions behind (median), ${max} at most` +
          (reads + helped === 0 ? ', none from others' : `; computed a peer's itself ${percent(helped, reads + helped)}`),
      ),
  );
  if (process.stderr.isTTY) process.stderr.clearLine(0); // an interrupted progress bar may have left its line behind
  process.stderr.write(
    [
      '',
      colours.bold(`${result.environment}: ${result.rule}, ${result.schedule} on ${result.partitions} partition${result.partitions === 1 ? '' : 's'}, seed ${result.seed}, ${result.status}`),
      line('evaluation', `${colours.green(evaluation.meanReturn.toFixed(1))} mean return of ${evaluation.episodes} fresh episodes, exploration off`),
      line('random policy', `${random.meanReturn.toFixed(1)} on the same episodes`),
      line('training', `${rate(result.steps)} env steps in ${result.seconds.toFixed(1)} s`),
      line('speed', `${rate(result.stepsPerSecond)} env steps/s, ${rate(result.updatesPerSecond)} updates/s, ${result.updatesPerStep.toFixed(2)} updates per step (${rateLimit(result)})`),
      line('staleness', `${staleness.median} versions (median), ${staleness.max} (maximum)`),
      ...partitions,
      ...(result.journal ? [line('journal', `${rate(result.journal.bytes)} bytes, ${result.journal.bytesPerPartitionTick.toFixed(2)} for each update of a partition; node scenarios/run replay ${result.runFolder}`)] : []),
      line('run folder', result.runFolder),
      '',
    ].join('\n'),
  );
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} % of the time`;
}

function rateLimit({ schedule, rateLimit: window }: TrainResult): string {
  if (schedule === 'synchronous') return 'acting and learning alternate';
  return window === 'off' ? 'rate limit off' : `held within ${window} updates of acting`;
}
