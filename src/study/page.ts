import { reportPage, type Section } from '../report/page.js';
import type { StudyPictures } from './pictures.js';
import { summarise } from './summary.js';
import { failureTable, localityTable, settingsTable, studyFindings } from './tables.js';
import type { Trial, TrialResult } from './trial.js';

/** What only the scenario can say of its study. */
export interface StudyWords {
  readonly title: string;
  readonly lead: string;
  /** How it was compared, in paragraphs. */
  readonly method: readonly string[];
  /** The command lines that repeat it. */
  readonly commands: readonly string[];
}

/** The page of a study: one HTML file with the table, both pictures, how it was done and how to do it again. */
export function studyPage(words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: StudyPictures): string {
  const contenders = trials.filter(({ seed }) => seed === trials[0].seed);
  const findings = studyFindings(summarise(results)).map((found) => ({ title: found.environment, paragraphs: [found.words], table: found.table }));
  return findingsPage(words, findings, READING, [
    { title: 'Learning curves', picture: pictures.curves },
    { title: 'Return at the end', picture: pictures.returns },
    ...closingSections(words, contenders, results),
  ]);
}

/**
 * A page that begins with what was found.
 *
 * @param reading how to read its tables, said where there are any
 * @param rest what follows
 */
export function findingsPage({ title, lead }: StudyWords, findings: readonly Section[], reading: readonly string[], rest: readonly Section[]): string {
  const howToRead = findings.length === 0 ? [] : [{ title: 'How to read the tables', paragraphs: reading }];
  return reportPage({ title, lead, sections: [...findings, ...howToRead, ...rest] });
}

/**
 * How a study was done and how to do it again: what ends its page.
 *
 * @param contenders a trial of each contender on each task
 */
export function closingSections({ method, commands }: StudyWords, contenders: readonly Trial[], results: readonly TrialResult[]): Section[] {
  const environments = [...new Set(contenders.map(({ environment }) => environment))];
  const ofTask = (environment: string) => contenders.filter((trial) => trial.environment === environment);
  return [
    { title: 'How it was compared', paragraphs: method },
    { title: 'How local each is', table: localityTable(ofTask(environments[0])) },
    failureSection(results),
    ...environments.map((environment) => settingsSection(environment, ofTask(environment))),
    { title: 'How to repeat it', paragraphs: commands },
  ];
}

const READING = [
  'A higher return is better. Mean return: of the final evaluation, over seeds, with its 95 % percentile bootstrap interval. IQM: the mean of the middle half of the seeds. A trial that failed is not in them: read them together with the column “failed”.',
  'Steps to threshold: environment steps to the first point of a learning curve at or above the threshold, the median of the trials that have one, and how many have. Samples/s and updates/s: environment steps and learning steps per second of training, the medians.',
];

function failureSection(results: readonly TrialResult[]): Section {
  const table = failureTable(results);
  if (table.rows.length > 0) return { title: 'Failures', table };
  return { title: 'Failures', paragraphs: [results.length === 0 ? 'No trial has ended yet.' : 'None: every trial that was run got to its end.'] };
}

function settingsSection(environment: string, trials: readonly Trial[]): Section {
  return {
    title: `Settings on ${environment}`,
    paragraphs: [`${trials[0].steps.toLocaleString('en')} environment steps; everything else as below.`],
    table: settingsTable(trials),
  };
}
