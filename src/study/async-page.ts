import { asyncLabel, type AsyncStudySettings } from './async-settings.js';
import { summariseAsync } from './async-summary.js';
import type { AsyncPictures } from './async-pictures.js';
import { asyncFindings } from './async-tables.js';
import { closingSections, findingsPage, type StudyWords } from './page.js';
import type { Trial, TrialResult } from './trial.js';

/** The page of a study of delays: one HTML file with the tables, the pictures, how it was done and how to do it again. */
export function asyncPage(settings: AsyncStudySettings, words: StudyWords, trials: readonly Trial[], results: readonly TrialResult[], pictures: AsyncPictures): string {
  const { algorithms, delays } = settings;
  const shown = new Set(algorithms.flatMap((algorithm) => [null, delays[delays.length - 1]].map((delay) => asyncLabel(algorithm, delay))));
  return findingsPage(words, asyncFindings(settings, summariseAsync(settings, results)), READING, [
    { title: 'Return against delay, drawn', picture: pictures.returns },
    { title: 'Half-gain delays', picture: pictures.halves },
    { title: 'Virtual time to half of the gain', picture: pictures.times },
    { title: 'Learning curves', picture: pictures.curves },
    ...closingSections(words, trials.filter(({ seed, label }) => seed === trials[0].seed && shown.has(label)), results),
  ]);
}

const READING = [
  'A higher return is better: it is that of the final evaluation, the mean over seeds, with its 95 % percentile bootstrap interval. A trial that diverged counts with the random policy\'s return on its episodes: that is what a network is worth that has been lost. Barriers: everybody waits for everybody and nothing is late; this is what the delays are measured against. For DDPG that is the same trial as delay 0.',
  'Gain: the return less the random policy\'s. Gain kept: gain(d) = (return at delay d − random) / (return with barriers − random), means over the seeds of which every trial has ended. Half lost at: the smallest delay at which that falls to 50 %, on a straight line in log2(1 + d) between neighbouring delays. Its interval comes from resampling seeds, each with all its delays; where half is never lost, the delay is beyond the longest that was tried, and the last column says in how many resamples. An algorithm the interval of whose gain reaches down to 0 has no gain to lose: nothing is said then of what it keeps, or of when it is half way.',
  'Half way: the first evaluation at or above the middle between the random policy and that algorithm\'s own return with barriers. Threshold: the task\'s, the same for all. Environment steps and times are medians of the trials that get there, and how many do. Evaluations are some steps apart, and so are these numbers.',
  'Virtual time counts in updates: 1 is what one update takes without delay. “With barriers” is the time that the reference takes to the same level where every message takes as long as the delay: its weights stay the same, only its clock is slower.',
];
