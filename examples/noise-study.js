// A study of your own: how much output noise does learning need?
//
//   node scenarios/run examples/noise-study.js --deviations 0.1,0.3,1 --seeds 5
import { curveOf, defineStudy, ENVIRONMENT, evaluateEvery, FINAL_EPISODES, interval, listOf, mean, number, option, pointAt, score, SEEDS, STEPS } from 'ganglion/study';

export default defineStudy({
  name: 'noise',
  summary: 'vary the output noise: how much of it does broadcast need?',
  title: 'Output noise',
  question: 'Output neurons explore with Gaussian noise. How does the final return depend on its standard deviation?',
  options: [
    ENVIRONMENT,
    option('deviations', listOf(number({ min: 0 }), 'a list of standard deviations, for example [0.1, 1]', { least: 1 }), {
      default: [0.1, 0.3, 1], flag: '--deviations', help: 'standard deviations of the output noise, with commas between them', group: 'Study', everyday: true,
    }),
    SEEDS,
    STEPS,
    evaluateEvery(10, 'a tenth of the steps'),
    FINAL_EPISODES,
  ],
  // One arm for each deviation. What an arm has besides label, algorithm and options is in its row.
  arms: ({ deviations }) => deviations.map((deviation) => ({ label: `noise ${deviation}`, algorithm: 'broadcast', deviation, options: { exploration: { output: deviation } } })),
  // Numbers of a row besides seeds, failures and returns: here the return less the random policy's on the same episodes.
  row: ({ estimate }) => ({ gain: estimate(({ returns, randomReturn }) => mean(returns) - randomReturn) }),
  tables: ({ settings }) => [{
    title: settings.environment,
    names: [['arm', ({ label }) => label]],
    numbers: [['seeds', ({ seeds }) => String(seeds)], ['mean return', ({ returns }) => score(returns?.mean)], ['gain', ({ gain }) => score(gain?.mean)], ['95 % interval', ({ gain }) => interval(gain)]],
  }],
  figures: ({ settings }) => [
    { file: 'returns', title: 'Return against output noise', x: 'standard deviation of the output noise', xTicks: settings.deviations, y: 'mean return', lines: ({ deviation, returns }) => [{ name: 'broadcast', points: pointAt(deviation, returns) }] },
    { file: 'learning-curves', title: 'Learning curves', x: 'environment steps', y: 'mean return', lines: ({ label }, results) => [{ name: label, points: curveOf(results) }] },
  ],
  howToRead: ['A higher return is better. Gain: the return less the random policy\'s on the same episodes, with its 95 % bootstrap interval over seeds.'],
});
