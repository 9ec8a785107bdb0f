import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { drawTable } from '../../src/study/tables.js';
import { summarise } from '../../src/study/rows.js';
import type { Arm, Report, Row, Study } from '../../src/study/study.js';
import { trialDigest, type Trial, type TrialResult } from '../../src/study/trial.js';

export const newFolder = () => join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'study');

/** A trial of a few hundred steps. */
export function tinyTrial(changes: Partial<Trial> = {}): Trial {
  return {
    label: 'broadcast',
    algorithm: 'broadcast',
    environment: 'Pendulum-v1',
    seed: 1,
    steps: 300,
    options: { network: { hidden: [4] }, learning: { warmup: 100 } },
    evaluation: { every: 150, episodes: 1, final: 2 },
    ...changes,
  };
}

/** What a trial could have come to. */
export function madeResult(trial: Trial, changes: Partial<TrialResult> = {}): TrialResult {
  return {
    trial,
    digest: trialDigest(trial),
    failure: null,
    steps: trial.steps,
    curve: [{ step: 0, meanReturn: -1000 }],
    returns: [-200, -100],
    randomReturn: -1200,
    seconds: 2,
    samplesPerSecond: 150,
    updatesPerSecond: 100,
    ...changes,
  };
}

/** The report of a study from made-up results, and the cells of its tables. */
export function reported<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, settings: S, results: readonly TrialResult[]) {
  const { report } = summarise(study, settings, results);
  return { ...report, findings: study.findings?.(report) ?? [], tables: cellsOf(study, report) };
}

function cellsOf<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, report: Report<S, Row<A, Own>, M>) {
  return report.rows.length === 0 ? [] : (study.tables?.(report) ?? []).map((table) => drawTable(table, report.rows).table.rows);
}
