import { reportPage, type Section } from '../report/page.js';
import type { Arm, OtherTable, Report, Row, Study } from './study.js';
import type { Drawn } from './figures.js';
import { FEW_SEEDS, plural } from './format.js';
import { failureTable, localityTable, settingsTable } from './tables.js';
import type { Trial, TrialResult } from './trial.js';

/** Tables with more rows are folded. */
const LONG = 12;

/** What a page shows besides what the study declares. */
export interface PageParts {
  readonly lead: string;
  readonly findings: readonly string[];
  readonly tables: readonly OtherTable[];
  readonly figures: readonly Drawn[];
  readonly trials: readonly Trial[];
  /** The command line that repeats the study; undefined where a program has run it. */
  readonly command: string | undefined;
  readonly parallel: number;
}

/** The page of a study: what was found, the main picture, tables, other pictures, method, and how to repeat it. */
export function studyPage<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, report: Report<S, Row<A, Own>, M>, parts: PageParts): string {
  const { findings, tables, figures, trials, command, parallel } = parts;
  const warning = seedWarning(report.rows);
  const main = figures.at(0);
  const method = [...(study.method?.(report.settings) ?? []), `Trials ran ${parallel} at a time on Node ${process.versions.node}.`];
  const sections: Section[] = [
    { title: 'What was found', list: findings.length === 0 ? ['No trial has ended yet.'] : findings, ...(warning !== undefined && { warning }), ...(main !== undefined && { picture: main.picture }) },
    ...tables.map(({ title, note, table }): Section => ({ title, table, folded: table.rows.length > LONG, ...(note !== undefined && { paragraphs: [note] }) })),
    ...(tables.length === 0 || study.howToRead === undefined ? [] : [{ title: 'How to read the tables', paragraphs: study.howToRead }]),
    ...figures.slice(1).map(({ title, paragraph, picture }): Section => ({ title, picture, ...(paragraph !== undefined && { paragraphs: [paragraph] }) })),
    { title: 'How it was compared', paragraphs: method },
    { title: 'How local each is', table: localityTable(trials) },
    failureSection(report.results),
    ...settingsSections(shownTrials(trials, study.shown?.(report))),
    ...(command === undefined ? [] : [{ title: 'How to repeat it', paragraphs: [command, 'With --out and the folder of this study, the command continues where the study stopped and repeats no trial.'] }]),
  ];
  return reportPage({ title: study.title, lead: parts.lead, sections });
}

/** Warning above the tables of a study with few seeds; undefined for one with enough. */
export function seedWarning(rows: readonly { readonly seeds: number }[]): string | undefined {
  const most = Math.max(0, ...rows.map(({ seeds }) => seeds));
  if (most === 0 || most >= FEW_SEEDS) return undefined;
  return `Only ${plural(most, 'seed')}: with fewer than ${FEW_SEEDS}, bootstrap intervals are too narrow and differences between arms may be chance.`;
}

/** The first trial of each arm on each task. */
function shownTrials(trials: readonly Trial[], labels: readonly string[] | undefined): Trial[] {
  const seen = new Set<string>();
  return trials.filter(({ environment, label }) => {
    const name = JSON.stringify([environment, label]);
    if (seen.has(name) || labels?.includes(label) === false) return false;
    seen.add(name);
    return true;
  });
}

function failureSection(results: readonly TrialResult[]): Section {
  const table = failureTable(results);
  if (table.rows.length > 0) return { title: 'Failures', table, folded: table.rows.length > LONG };
  return { title: 'Failures', paragraphs: [results.length === 0 ? 'No trial has ended yet.' : 'None: every trial that has ended completed all of its steps.'] };
}

function settingsSections(trials: readonly Trial[]): Section[] {
  return [...new Set(trials.map(({ environment }) => environment))].map((environment) => {
    const own = trials.filter((trial) => trial.environment === environment);
    return { title: `Settings on ${environment}`, paragraphs: [`${own[0].steps.toLocaleString('en')} environment steps; all other settings are in the table.`], table: settingsTable(own), folded: true };
  });
}
