import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import colours from 'picocolors';

import { createProgressBar, createRunFolder, createTable, finishing, RUN_FILES, wrongValue, type RunFolder } from '../src/entries/internals.js';
import { integer, optional, vary } from '../src/entries/study.js';
import { OptionRangeError, readJournal, rerunTrainer, type ActorLearners, type Journal, type RunReport, type Simulation } from '../src/index.js';
import { OUT } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

const SUBJECT = 'run folder';

/** All settings come from the journal. */
const RERUN = createTable([
  optional('threads', integer({ min: 1 }), { flag: '--threads', shown: 'one per partition; 1 for actor-learners', help: 'worker threads', group: 'Run', everyday: true }),
]);

/** A recorded run, read from its folder. */
interface Recorded {
  readonly folder: string;
  readonly journal: Journal;
  /** Its other files; undefined if unreadable. */
  readonly metrics: Buffer | undefined;
  readonly weights: Buffer | undefined;
}

type Rerun = Simulation | ActorLearners;

/** Task, rule, schedule and threads. */
function placesOf({ settings }: Rerun): Pick<RerunResult, 'environment' | 'rule' | 'schedule' | 'partitions'> {
  const { environment, schedule } = settings;
  return 'actors' in settings ? { environment, schedule, rule: settings.algorithm, partitions: settings.workers } : { environment, schedule, rule: settings.rule.name, partitions: settings.partitions };
}

/** The first line that differs; undefined where one of the files has fewer. */
interface Difference {
  /** From 1. */
  readonly line: number;
  readonly recorded: string | undefined;
  readonly rerun: string | undefined;
}

/** The result of a rerun: printed by `--json`, written with `--out`. */
interface RerunResult {
  readonly scenario: 'rerun';
  readonly status: 'identical' | 'different' | 'interrupted';
  readonly recordedFolder: string;
  readonly environment: string;
  /** Of neuron-agents their learning rule; otherwise the algorithm. */
  readonly rule: string;
  readonly schedule: string;
  /** Of actor-learners the workers that were recorded. */
  readonly partitions: number;
  readonly threads: number;
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  readonly metricsLines: number;
  readonly firstDifference: Difference | null;
  readonly recordedWeightsSha256: string;
  readonly weightsSha256: string;
  /** Files of the recorded run that are missing, or differ from the rerun in any byte. */
  readonly differentFiles: readonly string[];
  /** The run folder of `--out`; null without it. */
  readonly runFolder: string | null;
}

/** Repeats a recorded run and compares the results. */
export const rerun: Scenario = {
  name: 'rerun',
  formerly: ['replay'],
  summary: 'repeat a run recorded with --record, bit for bit, on any number of threads (actor-learners on one)',
  table: RERUN,
  commands: [vary(OUT, { shown: 'none' })],
  positional: SUBJECT,
  async run(input) {
    const threads = RERUN.resolve(input.options);
    const recorded = readRecorded(input.positional);
    const simulation = await rerunTrainer(recorded.journal, threads);
    try {
      return await repeat(simulation, recorded, input, threads.threads);
    } finally {
      await simulation.close();
    }
  },
};

function readRecorded(folder: string | undefined): Recorded {
  if (folder === undefined) throw new OptionRangeError(SUBJECT, `"${SUBJECT}" expected the folder of a run made with --record; usage: node scenarios/run rerun <${SUBJECT}>`);
  const read = (file: 'journal' | 'config') => {
    try {
      return readFileSync(join(folder, RUN_FILES[file]));
    } catch (error) {
      throw wrongValue(SUBJECT, 'the folder of a run made with --record', folder, ` (${error instanceof Error ? error.message : String(error)})`);
    }
  };
  const journal = readJournal(read('journal'));
  if (!isSame(read('config').toString(), journal.settings)) throw wrongValue(SUBJECT, `a folder whose ${RUN_FILES.config} has the settings of its journal`, folder);
  return { folder, journal, metrics: readIfThere(folder, 'metrics'), weights: readIfThere(folder, 'weights') };
}

function readIfThere(folder: string, file: 'metrics' | 'weights'): Buffer | undefined {
  try {
    return readFileSync(join(folder, RUN_FILES[file]));
  } catch {
    return undefined; // missing, or no file
  }
}

function isSame(json: string, settings: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(json), JSON.parse(JSON.stringify(settings)));
  } catch {
    return false;
  }
}

/** A cut last line counts too. */
const linesOf = (text: string) => text.split('\n').filter((line, i, all) => i < all.length - 1 || line !== '');

async function repeat(simulation: Rerun, recorded: Recorded, input: ScenarioInput, threads?: number): Promise<number> {
  const folder = input.out === undefined ? undefined : createRunFolder(input.out, { warn });
  return finishing(() => repeatInto(folder, simulation, recorded, input, threads), () => { folder?.close(); });
}

async function repeatInto(folder: RunFolder | undefined, simulation: Rerun, recorded: Recorded, { json, interrupt }: ScenarioInput, threads?: number): Promise<number> {
  folder?.write('config', simulation.settings);
  const lines: string[] = [];
  for (const type of ['episode', 'metrics'] as const) {
    simulation.on(type, (event) => {
      lines.push(JSON.stringify({ type, ...event }));
      folder?.log('metrics', { type, ...event });
    });
  }
  const report = await runVisibly(simulation, recorded, interrupt);
  const weights = simulation.encodeWeights();
  folder?.write('weights', weights);
  const result = { ...resultOf(simulation, recorded, lines, report, weights), threads: 'actors' in simulation.settings ? 1 : Math.min(threads ?? Infinity, simulation.settings.partitions), runFolder: folder?.path ?? null };
  folder?.settle();
  folder?.write('result', result);
  printResult(result);
  if (json) console.log(JSON.stringify(result));
  return { identical: 0, different: 1, interrupted: 130 }[result.status];
}

async function runVisibly(simulation: Rerun, { journal }: Recorded, interrupt: AbortSignal): Promise<RunReport> {
  const { environment, rule, schedule, partitions } = placesOf(simulation);
  const bar = createProgressBar(`${environment} ${rule} ${schedule}×${partitions} again`, journal.halts.at(-1) ?? 0);
  simulation.on('progress', ({ step, runningReturn, episodes }) => {
    bar.update(step, runningReturn, episodes);
  });
  try {
    return await simulation.run({ signal: interrupt });
  } finally {
    bar.stop();
  }
}

function resultOf(simulation: Rerun, { folder, journal, ...recorded }: Recorded, lines: readonly string[], { seconds }: RunReport, weights: Uint8Array): Omit<RerunResult, 'threads' | 'runFolder'> {
  const { settings: { seed }, step } = simulation;
  const weightsSha256 = createHash('sha256').update(weights).digest('hex');
  const interrupted = step < (journal.halts.at(-1) ?? 0);
  const firstDifference = interrupted ? null : compare(linesOf(recorded.metrics?.toString() ?? ''), lines);
  const repeated = { metrics: Buffer.from(lines.map((line) => `${line}\n`).join('')), weights };
  const differentFiles = interrupted ? [] : (['metrics', 'weights'] as const).filter((file) => recorded[file]?.equals(repeated[file]) !== true).map((file) => RUN_FILES[file]);
  const identical = differentFiles.length === 0 && weightsSha256 === journal.weightsSha256;
  return {
    scenario: 'rerun',
    status: interrupted ? 'interrupted' : identical ? 'identical' : 'different',
    recordedFolder: folder,
    ...placesOf(simulation),
    seed,
    steps: step,
    seconds,
    metricsLines: lines.length,
    firstDifference,
    recordedWeightsSha256: journal.weightsSha256,
    weightsSha256,
    differentFiles,
  };
}

function compare(recorded: readonly string[], lines: readonly string[]): Difference | null {
  for (let i = 0; i < Math.max(recorded.length, lines.length); i += 1) {
    if (recorded[i] !== lines[i]) return { line: i + 1, recorded: recorded.at(i), rerun: lines.at(i) };
  }
  return null;
}

function printResult(result: RerunResult): void {
  const { status, steps, firstDifference: difference } = result;
  const line = (name: string, value: string) => `  ${colours.dim(name.padEnd(18))} ${value}`;
  const same = result.weightsSha256 === result.recordedWeightsSha256;
  const threads = `${result.threads} thread${result.threads === 1 ? '' : 's'}`;
  process.stderr.write(
    [
      '',
      `${colours.bold(`${result.environment}: ${result.rule}, ${result.schedule}×${result.partitions}, seed ${result.seed}, repeated on ${threads}:`)} ${status === 'identical' ? colours.green(status) : colours.red(status)}`,
      line('repeated', `${steps.toLocaleString('en')} env steps in ${result.seconds.toFixed(1)} s`),
      ...(status === 'interrupted' ? [] : [
        line('weights', same ? `SHA-256 ${result.weightsSha256}, as recorded` : `SHA-256 ${result.weightsSha256}, recorded ${result.recordedWeightsSha256}`),
        line('metrics', difference === null ? `${result.metricsLines} lines, as recorded` : `line ${difference.line} differs: recorded ${difference.recorded ?? 'nothing'}, repeated ${difference.rerun ?? 'nothing'}`),
        ...(result.differentFiles.length === 0 ? [] : [line('files', `${result.differentFiles.join(' and ')} in ${result.recordedFolder}: missing, damaged, or of another run`)]),
      ]),
      ...(result.runFolder === null ? [] : [line('run folder', result.runFolder)]),
      '',
    ].join('\n'),
  );
}
