/**
 * Alters settings, graphs, command lines, checkpoints, journals, results of trials and arguments of the library at random, and fails where
 * one of them does not come to a clear end: `npm run study:fuzz`. docs/fuzzing.md defines a clear end.
 *
 *   npm run study:fuzz                                        1,000 cases of each kind
 *   npm run study:fuzz -- --kind journals --case 17           one case: prints it, tries it alone and keeps its files
 */
import type { parseArgs } from 'node:util';

import { checkInteger, checkName } from '../../src/entries/internals.js';
import { readArguments } from '../arguments.js';
import { fuzz, type CampaignOptions, type Failure, type Report } from './campaign.js';
import { KINDS } from './case.js';
import { groupOf } from './verdict.js';

const USAGE = `npm run study:fuzz [-- options]

  --seed <number>     decides every case (default: 1)
  --kind <name>       ${KINDS.join(', ')}; may be repeated (default: all)
  --cases <count>     cases of each kind (default: 1000)
  --first <number>    first case (default: 0)
  --case <number>     one case alone; its files stay in fuzz-<kind>-<number>
  --alone <count>     one case in so many also runs in a process of its own (default: 20)
  --workers <count>   child processes (default: 2)
  --keep <folder>     keep the files of failed cases here
  --json              print one JSON object as the last line`;

const CONFIG = {
  options: {
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', multiple: true },
    cases: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    case: { type: 'string' },
    alone: { type: 'string', default: '20' },
    workers: { type: 'string', default: '2' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
} as const;

function campaignOptions({ values }: ReturnType<typeof parseArgs<typeof CONFIG>>): CampaignOptions & { readonly json: boolean } {
  const integer = (name: 'seed' | 'cases' | 'first' | 'case' | 'alone' | 'workers', min: number) => checkInteger(`--${name}`, Number(values[name]), { min });
  const kinds = (values.kind ?? KINDS).map((kind) => checkName('--kind', kind, KINDS));
  const one = values.case !== undefined;
  return {
    json: values.json,
    seed: integer('seed', 0),
    kinds,
    cases: one ? 1 : integer('cases', 1),
    first: one ? integer('case', 0) : integer('first', 0),
    alone: one ? 1 : integer('alone', 1),
    workers: one ? 1 : integer('workers', 1),
    keep: values.keep ?? (one ? `fuzz-${kinds[0]}-${values.case ?? ''}` : undefined),
    onFailure({ kind, number, fault }) {
      process.stderr.write(`${kind} ${number}: ${fault.replaceAll(/\s+/g, ' ').slice(0, 200)}\n`);
    },
    onProgress(done, of, failures) {
      if (done % 100 === 0 || done === of) process.stderr.write(`${done} of ${of} cases, ${failures} failures\n`);
    },
  };
}

/** Failures that look alike, the most frequent first. */
function grouped(failures: readonly Failure[]): readonly (readonly Failure[])[] {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const group = `${failure.kind} ${groupOf(failure.fault)}`;
    groups.set(group, [...(groups.get(group) ?? []), failure]);
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

function printFailures(title: string, failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  console.log(`\n${title}`);
  for (const alike of grouped(failures)) {
    const [{ kind, words, args, fault }] = alike;
    console.log(`\n${alike.length} × ${kind} (cases ${alike.slice(0, 8).map(({ number }) => number).join(', ')}): ${fault.slice(0, 500)}`);
    console.log(`  for example: ${words.join('; ').slice(0, 300)}${args === null ? '' : `\n  node scenarios/run ${args.map((arg) => JSON.stringify(arg)).join(' ').slice(0, 400)}`}`);
  }
}

function print({ seed, totals, failures, unconfirmed }: Report): void {
  for (const { kind, cases, alone, statuses, failures: failed, seconds, mostSeconds, mostMegabytes } of totals) {
    const ends = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join(', ');
    console.log(`${kind.padEnd(15)} ${String(cases).padStart(5)} cases (${alone} alone too), ends by exit status ${ends}; ${failed} failures; ${(seconds / cases).toFixed(2)} s each, at most ${mostSeconds.toFixed(1)} s and ${mostMegabytes.toFixed(0)} MB above an empty start`);
  }
  printFailures(`Failures (repeat one with: npm run study:fuzz -- --seed ${seed} --kind <kind> --case <number>)`, failures);
  printFailures('Seen among other cases in one process, and not again alone', unconfirmed);
}

const options = readArguments(USAGE, CONFIG, campaignOptions);
const report = await fuzz(options);
print(report);
if (options.json) console.log(JSON.stringify(report));
process.exitCode = report.failures.length === 0 ? 0 : 1;
