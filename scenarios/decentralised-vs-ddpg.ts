import {
  algorithmArms, defaultFindings, defineStudy, ENVIRONMENTS, finalReturns, FINAL_EPISODES, ifAny, integer, learningCurves, NOTHING, option, orNull, plural, randomScore, RETURN_COLUMNS, SAME_HIDDEN,
  score, SEED_COLUMNS, SEEDS, STEPS, stepsToThreshold, TASK_SCORES, vary, whole, interquartileMean, median,
} from '../src/entries/study.js';

/** The second and third experiments of the source papers: neuron-agents beside DDPG, on the same tasks, seeds, episodes and steps. */
export const decentralisedVsDdpg = defineStudy({
  name: 'decentralised-vs-ddpg',
  summary: 'compare rules with DDPG: many trials, a table, pictures and a page',
  title: 'Neurons with rules of their own, and DDPG',
  question: 'Which algorithm has the higher return on each task, at equal seeds and environment steps? Under a rule, every neuron of the policy learns its own weights from local and broadcast signals. DDPG trains a network by backpropagation.',
  options: [
    ENVIRONMENTS,
    option('algorithms', algorithmArms([]), {
      default: ['broadcast', 'three-factor', 'ddpg'], narrow: (at) => algorithmArms(at(ENVIRONMENTS)), flag: '--algorithms',
      help: 'rules, ddpg, actor-learners such as a3c, or paths of your own rules or credits, with commas between them, or all; a file given with --config can give them options of their own', group: 'Run', everyday: true,
    }),
    vary(SEEDS, { help: 'trials of each algorithm on each task, from seeds 1, 2, …' }),
    option('steps', orNull(STEPS.kind), { default: null, flag: '--steps', argument: 'count', unit: 'environment steps', shown: 'what each task ships with', help: STEPS.help, group: 'Run', everyday: true }),
    SAME_HIDDEN,
    option('evaluation.every', orNull(integer({ min: 1 })), {
      default: null, flag: '--evaluate-every', argument: 'steps', unit: 'environment steps', shown: 'a twentieth of the steps',
      help: 'environment steps between two points of a learning curve', group: 'Study',
    }),
    option('evaluation.episodes', integer({ min: 1, max: 10_000 }), { default: 10, flag: '--evaluation-episodes', help: 'episodes of each point of a learning curve', group: 'Study' }),
    FINAL_EPISODES,
  ],
  describe: ({ environments, algorithms, seeds }) => `${algorithms.map(({ label }) => label).join(', ')} on ${environments.join(', ')}, ${plural(seeds, 'seed')} each`,
  arms: ({ algorithms }) => algorithms,
  row({ environment, results, finished, returnOf }) {
    const threshold = TASK_SCORES[environment]?.threshold ?? null;
    const crossings = threshold === null ? [] : results.flatMap((result) => stepsToThreshold(threshold, result) ?? []);
    return {
      interquartileMean: ifAny(finished.flatMap((result) => returnOf(result) ?? []), interquartileMean),
      threshold,
      reached: crossings.length,
      stepsToThreshold: ifAny(crossings, median),
      samplesPerSecond: ifAny(finished.map(({ samplesPerSecond }) => samplesPerSecond), median),
      updatesPerSecond: ifAny(finished.map(({ updatesPerSecond }) => updatesPerSecond), median),
    };
  },
  tables: ({ settings, rows }) => settings.environments.flatMap((environment) => {
    const own = rows.filter((row) => row.environment === environment);
    const known = TASK_SCORES[environment];
    return own.length === 0 ? [] : [{
      title: environment,
      note: [`${whole(own[0].steps)} environment steps`, `random policy ${randomScore(own)}`, ...(known === undefined ? [] : [`threshold ${known.threshold}`, `published ${known.published} (${known.source})`])].join('; '),
      rows: own,
      names: [['algorithm', ({ label }) => label]],
      numbers: [
        ...SEED_COLUMNS,
        ...RETURN_COLUMNS,
        ['IQM', ({ interquartileMean: iqm }) => score(iqm)],
        ['steps to threshold', ({ threshold, stepsToThreshold: steps, reached, seeds, failures }) => (threshold === null ? NOTHING : steps === null ? 'none' : `${whole(steps)} (${reached} of ${seeds + failures})`)],
        ['samples/s', ({ samplesPerSecond }) => whole(samplesPerSecond)],
        ['updates/s', ({ updatesPerSecond }) => whole(updatesPerSecond)],
      ],
    }];
  }),
  figures: () => [finalReturns(), learningCurves()],
  findings: defaultFindings,
  howToRead: [
    'A higher return is better. The mean return is that of the final evaluation over seeds, with its 95 % percentile bootstrap interval. IQM is the mean of the middle half of the seeds. Failed trials are not in these numbers: read them together with the column “failed”.',
    'Steps to threshold: environment steps to the first point of a learning curve at or above the threshold, as the median of the trials that have one, and how many have. Samples/s and updates/s are environment steps and learning steps per second of training, as medians.',
  ],
  method({ algorithms, steps, network, seeds, evaluation }) {
    const every = evaluation.every === null ? 'every twentieth of a trial' : `every ${whole(evaluation.every)} environment steps`;
    const length = steps === null ? 'the number of environment steps that the task ships with' : `${whole(steps)} environment steps`;
    const hidden = network.hidden === null ? 'its network included' : `except for the hidden layers, which are ${network.hidden.join('-') || 'left out'} for all`;
    const own = algorithms.some(({ options }) => Object.keys(options).length > 0) ? ', and except for what the study sets for single algorithms' : '';
    return [
      `On each task every algorithm learns from ${seeds === 1 ? 'seed 1' : `the same seeds, 1 to ${seeds},`} for ${length}. It is evaluated without exploration on the same episodes, which depend on the seed alone: on ${plural(evaluation.episodes, 'episode')} ${every}, and on ${plural(evaluation.final, 'episode')} at the end.`,
      `Each algorithm has the settings it ships with for the task, ${hidden}${own}. All share the environments, the replay, the random streams and the arithmetic.`,
      'By default rules run on one partition under the synchronous schedule, DDPG on one thread and actor-learners on one worker thread. Such a trial repeats bit for bit, whatever runs beside it. Speeds depend on how many trials run at a time.',
    ];
  },
});
