import { reportPage, type Section } from '../report/page.js';
import type { Svg } from '../report/svg.js';
import { describeNeighbour, neighbourTable, type NeighbourFindings } from './noisy-neighbour.js';
import { closingSections, type StudyWords } from './page.js';
import type { StragglerPictures } from './straggler-pictures.js';
import { stragglerContenders, type StragglerStudySettings } from './straggler-settings.js';
import { stragglerTable, summariseStragglers, type StragglerRow } from './straggler-summary.js';
import { score } from './tables.js';
import type { Trial, TrialResult } from './trial.js';

/** What the numbers are measured against, in a sentence. */
export function describeStragglers({ steps, partitions, share, rateLimit }: StragglerStudySettings, rows: readonly StragglerRow[]): string {
  const random = rows.find(({ randomReturn }) => randomReturn !== null)?.randomReturn ?? null;
  return `${steps.toLocaleString('en')} environment steps, ${Math.round(share * partitions)} of ${partitions} partitions slow, rate limit ${rateLimit}; random policy ${score(random)}`;
}

/** What was measured in real time, and its picture. */
export interface NeighbourPart {
  readonly findings: NeighbourFindings;
  readonly picture: Svg;
}

/** The page of a study of stragglers: one HTML file with tables, pictures, how it was done and how to do it again. */
export function stragglerPage(settings: StragglerStudySettings, words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: StragglerPictures, neighbour: NeighbourPart): string {
  const contenders = stragglerContenders(settings);
  const rows = summariseStragglers(contenders, results);
  const shown = new Set(contenders.filter(({ slowdown }) => slowdown === settings.slowdowns[0]).map(({ label }) => label));
  return reportPage({
    title: words.title,
    lead: words.lead,
    sections: [
      ...(rows.length === 0 ? [] : [{ title: settings.environment, paragraphs: [describeStragglers(settings, rows)], table: stragglerTable(rows) }, { title: 'How to read the table', paragraphs: READING }]),
      { title: 'What stragglers cost', picture: pictures.speeds },
      { title: 'Returns against virtual time', picture: pictures.curves },
      { title: 'Return at the end', picture: pictures.returns },
      { title: 'Staleness', picture: pictures.staleness },
      ...neighbourSections(neighbour),
      ...closingSections(words, trials.filter(({ seed, label }) => seed === trials[0].seed && shown.has(label)), results),
    ],
  });
}

function neighbourSections({ findings, picture }: NeighbourPart): Section[] {
  const title = 'The noisy neighbour, in real time';
  if ('skipped' in findings) return [{ title, paragraphs: [describeNeighbour(findings)] }];
  return [{ title, paragraphs: [describeNeighbour(findings)], table: neighbourTable(findings) }, { title: 'Beside a busy process', picture }];
}

const READING = [
  'Updates and env steps are counted for each unit of virtual time, which is the median of one partition\'s update; updates are the mean over partitions, slowest and fastest those of single partitions. Relative: over the same seed\'s without stragglers, mean with its 95 % percentile bootstrap interval over seeds.',
  'An action waits until its observation has reached the outputs through every partition: environment steps are held up by a straggler under every discipline. Updates of its peers are not, under hogwild; but the rate limit holds every partition\'s updates within a window of what is owed for the environment steps, and acting back while a partition is behind by more. With --rate-limit off updates go on regardless.',
  'Staleness: of the voltages that partitions read from one another, in updates of those who wrote them, half are at most so old, nine tenths, and all. Computed a peer\'s: the share that was not there yet and was computed by the reader from the peer\'s weights.',
];
