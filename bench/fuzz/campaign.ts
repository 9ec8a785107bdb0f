import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { CaseName, Kind, Outcome } from './case.js';
import { measureEmpty, runCommand, type Empty } from './command.js';
import { createHand, type Hand } from './crew.js';
import { generateCase } from './generate.js';
import { faultOf, groupOf } from './verdict.js';
import { writeFiles } from './files.js';

/** Kinds that alter whole folders, or begin with them. */
const ALTERING_WHOLE: readonly Kind[] = ['checkpoints', 'journals', 'trials', 'calls'];

/** What is tried. */
export interface CampaignOptions {
  readonly seed: number;
  readonly kinds: readonly Kind[];
  /** Cases of each kind, from `first` on. */
  readonly cases: number;
  readonly first: number;
  /** One case of so many also goes through the command line in a process of its own. */
  readonly alone: number;
  /** Child processes. */
  readonly workers: number;
  /** Folder that keeps the files of cases that fail, and of a single one; a temporary folder, which goes, unless given. */
  readonly keep: string | undefined;
  readonly onProgress?: (done: number, of: number, failures: number) => void;
  readonly onFailure?: (failure: Failure) => void;
}

/** A case that did not end clearly. */
export interface Failure {
  readonly kind: Kind;
  readonly number: number;
  readonly words: readonly string[];
  readonly args: readonly string[] | null;
  readonly fault: string;
}

/** What came of all cases of a kind. */
export interface KindTotals {
  readonly kind: Kind;
  cases: number;
  /** Of them also tried in a process of their own. */
  alone: number;
  /** Ends by exit status. */
  readonly statuses: Record<string, number>;
  failures: number;
  /** Processor time of all, and the most that a case took above an empty start. */
  seconds: number;
  mostSeconds: number;
  mostMegabytes: number;
}

export interface Report {
  readonly seed: number;
  readonly totals: readonly KindTotals[];
  readonly failures: readonly Failure[];
  /** Seen among other cases in one process, and not again alone. */
  readonly unconfirmed: readonly Failure[];
}

/** Of failures that look alike only so many are tried again alone. */
const MOST_ALIKE = 2;

/** Tries every case; what fails among others in one process is tried again in a process of its own, which decides. */
export async function fuzz({ seed, kinds, cases, first, alone, workers, keep, onProgress, onFailure }: CampaignOptions): Promise<Report> {
  const root = keep === undefined ? mkdtempSync(join(tmpdir(), 'ganglion-fuzz-')) : resolve(keep); // cases change the working folder
  const originals = join(root, 'whole');
  mkdirSync(root, { recursive: true });
  const names = Array.from({ length: cases }, (_, i) => kinds.map((kind): CaseName => ({ seed, kind, number: first + i }))).flat();
  const totals = kinds.map((kind): KindTotals => ({ kind, cases: 0, alone: 0, statuses: {}, failures: 0, seconds: 0, mostSeconds: 0, mostMegabytes: 0 }));
  const [failures, unconfirmed]: [Failure[], Failure[]] = [[], []];
  const alike = new Map<string, number>();
  const hands = Array.from({ length: workers }, () => createHand(originals));
  let [next, done] = [0, 0];

  async function tryCase(name: CaseName, hand: Hand, empty: Empty): Promise<void> {
    const folder = join(root, `${name.kind}-${name.number}`);
    const sum = totals[kinds.indexOf(name.kind)];
    const outcome = await hand.carryOut(name, folder);
    sum.cases += 1;
    let fault = faultOf(outcome);
    let decided: Outcome = outcome;
    const group = groupOf(fault ?? '');
    const before = alike.get(group) ?? 0;
    const sampled = name.number % alone === 0;
    if (sampled || (fault !== undefined && before < MOST_ALIKE)) {
      sum.alone += 1;
      decided = await carryOutAlone(name, `${folder}-alone`, originals, empty);
      const again = faultOf(decided);
      if (fault !== undefined && again === undefined) unconfirmed.push(failureOf(name, fault, originals));
      fault = again;
    }
    sum.statuses[String(decided.status)] = (sum.statuses[String(decided.status)] ?? 0) + 1;
    sum.seconds += outcome.cpuSeconds;
    sum.mostSeconds = Math.max(sum.mostSeconds, decided.cpuSeconds);
    sum.mostMegabytes = Math.max(sum.mostMegabytes, decided.memoryBytes / 2 ** 20);
    if (fault !== undefined) {
      alike.set(group, before + 1);
      sum.failures += 1;
      const failure = failureOf(name, fault, originals);
      failures.push(failure);
      onFailure?.(failure);
    }
    if (keep !== undefined && (fault !== undefined || names.length === 1)) return;
    for (const each of [folder, `${folder}-alone`]) rmSync(each, { recursive: true, force: true });
  }

  try {
    const empty = await measureEmpty(root);
    if (kinds.some((kind) => ALTERING_WHOLE.includes(kind))) await hands[0].makeOriginals();
    await Promise.all(hands.map(async (hand) => {
      for (let at = next++; at < names.length; at = next++) {
        await tryCase(names[at], hand, empty);
        done += 1;
        onProgress?.(done, names.length, failures.length);
      }
    }));
  } finally {
    for (const hand of hands) hand.close();
    if (keep === undefined) rmSync(root, { recursive: true, force: true });
  }
  return { seed, totals, failures, unconfirmed };
}

function failureOf(name: CaseName, fault: string, originals: string): Failure {
  const { words, args = null } = generateCase(name, originals);
  return { kind: name.kind, number: name.number, words, args, fault: fault.slice(0, 1000) };
}

/** The case through the command line, or a call of the library, in a process of its own. */
async function carryOutAlone(name: CaseName, folder: string, originals: string, empty: Empty): Promise<Outcome> {
  const { args, files } = generateCase(name, originals);
  if (args !== undefined) {
    writeFiles(folder, files);
    return runCommand(args, folder, empty);
  }
  const hand = createHand(originals);
  try {
    return await hand.carryOut(name, folder);
  } finally {
    hand.close();
  }
}
