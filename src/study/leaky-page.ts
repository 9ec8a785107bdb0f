import type { Section } from '../report/page.js';
import type { EpisodePictures } from './episode-pictures.js';
import type { LeakyPictures } from './leaky-pictures.js';
import type { LeakyStudySettings } from './leaky-settings.js';
import { summariseLeaky } from './leaky-summary.js';
import { leakyFindings } from './leaky-tables.js';
import { closingSections, findingsPage, type StudyWords } from './page.js';
import type { Trial, TrialResult } from './trial.js';

/**
 * The page of a study of leaky integrators: one HTML file with the tables, the pictures, how it was done and how to do it again.
 *
 * @param episode pictures of the best network at work; undefined where there is none yet
 */
export function leakyPage(settings: LeakyStudySettings, words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: LeakyPictures, episode: EpisodePictures | undefined): string {
  return findingsPage(words, leakyFindings(settings, summariseLeaky(settings, results)), READING, [
    { title: 'Return against time constant', picture: pictures.returns },
    { title: 'Return by schedule, drawn', picture: pictures.schedules },
    { title: 'Learning curves', picture: pictures.curves },
    ...episodeSections(episode),
    ...closingSections(words, shownTrials(trials), results),
  ]);
}

function episodeSections(episode: EpisodePictures | undefined): Section[] {
  if (episode === undefined) return [];
  return [
    { title: 'A network that has learned, at work', paragraphs: [WATCHED], picture: episode.voltages },
    { title: 'All of its neurons', picture: episode.activity },
    { title: 'Its connections', picture: episode.connections },
  ];
}

/** The first network of each kind, whose settings stand for the others', and the last of all. */
function shownTrials(trials: readonly Trial[]): Trial[] {
  const ofSeed = trials.filter(({ seed }) => seed === trials[0].seed);
  return ofSeed.filter((_, i) => i < 3 || i === ofSeed.length - 1);
}

const WATCHED = 'The trial with the highest return of the best network, learned once more, and two episodes of its final evaluation: the first, and the next that begins with another observation. What differs between them where the same is seen is what the network remembers. Steps are counted from the first observation; voltages are those with which the network answered it.';

const READING = [
  'A higher return is better: it is that of the final evaluation, the mean over seeds, with its 95 % percentile bootstrap interval. A trial that diverged counts with the random policy\'s return on its episodes. Over memoryless: the difference from the memoryless network of the same seed under the same schedule, which has no leaky integrators and sees the same episodes. Leaky recurrence helps where the interval of that difference lies above 0 as a whole, and harms where it lies below. With five seeds such intervals are rather too narrow than too wide, and of a dozen networks some would stand out by chance. A mean over few episodes may lie above what is possible without memory in the long run, by the luck of what they hide.',
  'Density: the share of the hidden neurons that is read again in the next environment step, each through a leaky integrator, by every neuron of the first hidden layer; of a network with one hidden layer, the share of all possible lateral connections that is there. Time constant: of the slowest of these integrators; they are spread from 1 to it in equal ratios. With 1 all carry on the voltage of the step before as it was.',
  'Median age read, at most: of the voltages that partitions read from one another, in updates of those who wrote them. A rule that learns from the stream lets nobody get far ahead, whatever the schedule: ages are small then, and schedules nearly the same.',
];
