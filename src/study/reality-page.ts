import { reportPage } from '../report/page.js';
import { closingSections, type StudyWords } from './page.js';
import { describeReality, type RealityPictures } from './reality-pictures.js';
import { agesTable, compareWithReality, curveTable, MARGINS, realityTable } from './reality-summary.js';
import type { Trial, TrialResult } from './trial.js';

/** The page of the check of virtual time: one HTML file. @param trials the real ones */
export function realityPage(words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: RealityPictures): string {
  const findings = compareWithReality(results);
  return reportPage({
    title: words.title,
    lead: words.lead,
    sections: [
      ...(findings === undefined ? [] : [
        { title: 'Real and virtual', paragraphs: [`${describeReality(findings)}.`], table: realityTable(findings) },
        { title: 'What counts as agreement', paragraphs: AGREEMENT },
        { title: 'Ages', table: agesTable(findings) },
        { title: 'Returns', table: curveTable(findings) },
      ]),
      { title: 'Staleness', picture: pictures.staleness },
      { title: 'Learning curves', picture: pictures.curves },
      ...closingSections(words, trials.slice(0, 1), results),
    ],
  });
}

const AGREEMENT = [
  `Two real runs of one seed are not the same either. Virtual time agrees where it lies no further from the real runs of its seed, on average over seeds, than the real runs of one seed lie from one another at most, plus a fixed margin: ${MARGINS.staleness} in total variation distance of the ages, ${MARGINS.helped} in the share of a peer's voltages computed here, ${MARGINS.updatesPerStep} updates per step, ${100 * MARGINS.returns} % of the way from the random policy to the best real evaluation in returns, ${100 * MARGINS.time} % in run time.`,
  'The total variation distance is the greatest difference in probability of any event: 0 for equal distributions, 1 for such as have nothing in common. The interval is a 95 % bootstrap interval of the mean over seeds. Where the real runs lie far apart, as run times do on a busy machine, and returns where little has been learned, the limit is wide and agreement says little: read it together with “real from real”.',
];
