import { reportPage } from '../report/page.js';
import { deathContenders, type DeathStudySettings } from './death-settings.js';
import type { DeathPictures } from './death-pictures.js';
import { deathTable, summariseDeaths, type DeathRow } from './death-summary.js';
import { closingSections, type StudyWords } from './page.js';
import { score } from './tables.js';
import type { Trial, TrialResult } from './trial.js';

/** What the numbers are measured against, in a sentence: `20,000 environment steps, death at step 10,000; random policy -1286.8` */
export function describeDeaths({ steps, death }: DeathStudySettings, rows: readonly DeathRow[]): string {
  const random = rows.find(({ randomReturn }) => randomReturn !== null)?.randomReturn ?? null;
  return `${steps.toLocaleString('en')} environment steps, death at step ${death.at.toLocaleString('en')}; random policy ${score(random)}`;
}

/** The page of a study of death: one HTML file with the table, the pictures, how it was done and how to do it again. */
export function deathPage(settings: DeathStudySettings, words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: DeathPictures): string {
  const rows = summariseDeaths(deathContenders(settings), results);
  const [{ share, reborn }] = deathContenders(settings);
  const shown = new Set(deathContenders(settings).filter((each) => each.share === share && each.reborn === reborn).map(({ label }) => label));
  return reportPage({
    title: words.title,
    lead: words.lead,
    sections: [
      ...(rows.length === 0 ? [] : [{ title: settings.environment, paragraphs: [describeDeaths(settings, rows)], table: deathTable(rows) }, { title: 'How to read the table', paragraphs: READING }]),
      { title: 'Returns around the death', picture: pictures.curves },
      { title: 'What was lost', picture: pictures.losses },
      { title: 'How long recovery took', picture: pictures.recoveries },
      ...closingSections(words, trials.filter(({ seed, label }) => seed === trials[0].seed && shown.has(label)), results),
    ],
  });
}

const READING = [
  'A higher return is better. Before and after: the mean return immediately before the neurons fall silent and immediately after, over seeds; lost: the difference, with its 95 % percentile bootstrap interval. Lowest: the lowest return of a trial from then on, over seeds; learning on what is left may lose more than the death itself, and a trial may recover, fall, and recover again. At the end: the mean return after the last step.',
  'Recovered: trials of which an evaluation after the death is back to within 5 % of the way from the random policy\'s return to the return before the death, |before − random|. Steps to recovery: environment steps from the death to the first such evaluation, the median of the trials that have one; 0 where nothing to speak of was lost. “Nothing learned”: the 95 % interval of before − random reaches down to 0, so that there was nothing to win back. Evaluations are some steps apart, and so is the answer.',
];
