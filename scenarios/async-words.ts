import type { AsyncStudySettings, StudyWords } from '../src/entries/study.js';
import { episodes, type StudyCourse } from './study-words.js';

/** `delays 0, 1, 4: broadcast, ddpg on Pendulum-v1, 5 seeds each` */
export function describeAsyncStudy({ environment, algorithms, delays, seeds }: AsyncStudySettings): string {
  return `${delays.length === 1 ? 'delay' : 'delays'} ${delays.join(', ')}: ${algorithms.join(', ')} on ${environment}, ${seeds} seed${seeds === 1 ? '' : 's'} each`;
}

/** What the page of a study of delays says besides tables and pictures. */
export function asyncWords(scenario: string, settings: AsyncStudySettings, { planned, ended, parallel }: StudyCourse): StudyWords {
  const interrupted = ended < planned ? ` Interrupted: ${ended} of ${planned} trials have ended; half-gain delays are over the seeds that are complete.` : '';
  return {
    title: 'Learning from what is heard late',
    lead: `Groups of neurons that wait for nobody learn from what they last heard of the others. How late may that be before learning suffers, and what would waiting cost? Here: ${describeAsyncStudy(settings)}.${interrupted}`,
    method: describeMethod(settings, parallel),
    commands: [repeatCommand(scenario, settings), 'With --out and the folder of this study it goes on where it was stopped, and repeats nothing.'],
  };
}

function describeMethod({ steps, seeds, partitions, evaluation, algorithms }: AsyncStudySettings, parallel: number): string[] {
  const count = (number: number) => number.toLocaleString('en');
  const [isRule, isDdpg] = [algorithms.some((name) => name !== 'ddpg'), algorithms.includes('ddpg')];
  return [
    `Every trial learns for ${count(steps)} environment steps, from ${seeds === 1 ? 'seed 1' : `seeds 1 to ${seeds}`}, and is evaluated without exploration on episodes that depend on nothing but the seed: on ${episodes(Math.min(10, evaluation.final))} every ${count(evaluation.every)} steps, on ${episodes(evaluation.final)} at the end. Everything not listed below is what each algorithm ships with for the task.`,
    ...(isRule ? [
      `Under the rules the neurons are divided over ${partitions} partitions, in virtual time: one update takes 1, acting and the environment take nothing, and what a partition publishes of its learning (its rows of weights, its parts of critics, its voltages on minibatches) reaches the others d later, so that they know it was d updates ago. A partition's own rows are never late, nor are the voltages of acting. Nobody waits (hogwild); the rate limit keeps updates per step near what was asked for. At delay 0 nothing is under way, but partitions that finish at the same moment do so in some order, and the earlier may read the other's rows of one update before: that is the small difference between “delay 0” and “barriers”, where everybody waits for everybody and one seed gives the same weights as threads do.`,
      'Barriers give the same weights at every delay, and only take longer: each of an update\'s gates waits for the slowest message. Time per update was measured over 200 updates at each delay, in the same virtual time.',
    ] : []),
    ...(isDdpg ? [
      'For DDPG the delay is that of the parameter-server model: a worker takes a copy of all parameters, and its gradient is applied d updates later to what they have become by then. Targets, critic and actor are all of the same past. Asynchronous workers are assumed to deliver one gradient per unit of time, whatever the delay; a synchronous one takes 1 + d for each, because it waits for the gradient before it begins the next. Both are a model; nothing of it is measured.',
    ] : []),
    ...(isRule && isDdpg ? [
      `The two delays are not the same thing. DDPG's makes the whole gradient old, and consistently so: it is the right gradient of a network of the past. A partition's is partial: its own part of the network (a ${partitions === 2 ? 'half' : `share of 1/${partitions}`}) is as new as can be, the others' is old, so that what it computes is of a network that never was. But its steps are always made with its own newest rows. More partitions make more of the network old.`,
    ] : []),
    `Trials ran ${parallel} at a time on Node ${process.versions.node}. All of them can be repeated bit for bit, whatever runs beside them. Settings are listed for the reference and the longest delay; the others differ in nothing but the delay.`,
  ];
}

/** The command line that runs the same study. */
function repeatCommand(scenario: string, { environment, algorithms, delays, seeds, steps, network, partitions, evaluation }: AsyncStudySettings): string {
  const flags = [
    `--environment ${environment}`,
    `--algorithms ${algorithms.join(',')}`,
    `--delays ${delays.join(',')}`,
    `--seeds ${seeds}`,
    `--steps ${steps}`,
    ...(network.hidden === null ? [] : [`--hidden ${network.hidden.join(',')}`]),
    `--partitions ${partitions}`,
    `--evaluate-every ${evaluation.every}`,
    `--episodes ${evaluation.final}`,
  ];
  return `node scenarios/run ${scenario} ${flags.join(' ')}`;
}
