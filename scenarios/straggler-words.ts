import { describeDistribution } from '../src/entries/internals.js';
import type { StragglerStudySettings, StudyWords } from '../src/entries/study.js';
import { episodes, type StudyCourse } from './study-words.js';

/** `25 % of 4 partitions 1, 8 times slower: broadcast under synchronous, hogwild on Pendulum-v1, 5 seeds each` */
export function describeStragglerStudy({ environment, algorithms, disciplines, slowdowns, share, partitions, seeds }: StragglerStudySettings): string {
  return `${Number((100 * share).toFixed(4))} % of ${partitions} partitions ${slowdowns.join(', ')} times slower: ${algorithms.join(', ')} under ${disciplines.join(', ')} on ${environment}, ${seeds} seed${seeds === 1 ? '' : 's'} each`;
}

/** What the page of a study of stragglers says besides tables and pictures. */
export function stragglerWords(scenario: string, settings: StragglerStudySettings, { planned, ended, parallel }: StudyCourse): StudyWords {
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended.` : '';
  return {
    title: 'Stragglers',
    lead: `Some partitions are slower than the others. Who waits for them, what does it cost, and what does it cost not to wait? Here: ${describeStragglerStudy(settings)}.${interrupted}`,
    method: describeMethod(settings, parallel),
    commands: [repeatCommand(scenario, settings), 'With --out and the folder of this study it goes on where it was stopped, and repeats nothing.'],
  };
}

function describeMethod({ steps, seeds, virtual, bound, rateLimit, evaluation, neighbour }: StragglerStudySettings, parallel: number): string[] {
  const times = Object.entries(virtual).map(([name, distribution]) => `${name} ${describeDistribution(distribution)}`);
  return [
    `Time is virtual: every partition's work, and every message, takes the time that it is said to take, and the run repeats itself bit for bit. Durations: ${times.join(', ')}; a straggler's updates and acting ticks take so many times as long, environment steps do not. One unit is the median of an update's time. Which partitions are slow is drawn by the seed.`,
    `Every trial learns for ${steps.toLocaleString('en')} environment steps, from ${seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`}. Synchronous: a barrier at every gate of an update, acting and learning alternate. Bounded: a partition is at most ${bound} updates ahead of the slowest. Hogwild: nobody waits. The rate limit, ${rateLimit}, holds the updates of a partition within that window of what is owed for the environment steps; synchronous has 0.`,
    `Evaluations are on ${episodes(evaluation.final)} that depend on nothing but the seed, without exploration, every ${evaluation.every.toLocaleString('en')} steps, while the virtual time stands still. Before each of them partitions come to rest, so that nobody is ahead when learning goes on.`,
    `Trials ran ${parallel} at a time on Node ${process.versions.node}. Settings are listed for the first factor; the others differ in nothing but “virtual.slowdown”.`,
    `The noisy neighbour is measured in real time once all trials have ended: networks of ${neighbour.hidden.join('-')} hidden neurons, batch 64, free running with eight updates owed for each environment step; contestants run by turns for ${neighbour.seconds} s each, ${neighbour.repeats} times, without and with a process that takes what it can of one core. Such figures depend on what else the machine does.`,
  ];
}

/** The command line that runs the same study. */
function repeatCommand(scenario: string, settings: StragglerStudySettings): string {
  const { environment, algorithms, disciplines, slowdowns, share, partitions, rateLimit, bound, seeds, steps, network, virtual, evaluation, neighbour } = settings;
  if (Object.values(virtual).some(({ name }) => name === 'trace')) return `node scenarios/run ${scenario} --config config.json, with the config.json that lies beside this page`;
  const time = (flag: string, key: keyof typeof virtual) => `${flag} "${describeDistribution(virtual[key])}"`;
  const flags = [
    `--environment ${environment}`,
    `--algorithms ${algorithms.join(',')}`,
    `--disciplines ${disciplines.join(',')}`,
    `--slowdowns ${slowdowns.join(',')}`,
    `--share ${share}`,
    `--partitions ${partitions}`,
    `--rate-limit ${rateLimit}`,
    `--bound ${bound}`,
    `--seeds ${seeds}`,
    `--steps ${steps}`,
    ...(network.hidden === null ? [] : [`--hidden ${network.hidden.join(',') || 'none'}`]),
    time('--compute-time', 'compute'),
    time('--act-time', 'act'),
    time('--step-time', 'step'),
    time('--delay', 'delay'),
    time('--latency', 'latency'),
    time('--wake-time', 'wake'),
    `--evaluate-every ${evaluation.every}`,
    `--episodes ${evaluation.final}`,
    `--noisy-neighbour ${neighbour.run}`,
    `--neighbour-repeats ${neighbour.repeats}`,
    `--neighbour-seconds ${neighbour.seconds}`,
    `--neighbour-hidden ${neighbour.hidden.join(',')}`,
  ];
  return `node scenarios/run ${scenario} ${flags.join(' ')}`;
}
