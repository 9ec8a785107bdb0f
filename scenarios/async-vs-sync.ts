import { CRITICS, findRule, MOST_DELAY, PARTITIONS, RULE_NAMES, RULES, type CriticPlacement } from '../src/entries/internals.js';
import {
  algorithmsOption, ascending, coarseCurves, curveOf, defineStudy, distinct, DIVERGED_COLUMNS, ENVIRONMENT, evaluateEvery, FINAL_COLUMNS, FINAL_EPISODES, gainKept, gainOver, halfGainBar, halfGainColumns, halfGainFinding, ifAny,
  integer, isGain, LEARNING_CURVES, listOf, mean, NOTHING, oneOf, option, OVER_SEEDS, plural, pointAt, randomReference, reachOf, sameHidden, seedRange, SEEDS, shippedSteps, shortName, STEPS, TASK_SCORES, thresholdReference, trialSettings,
  vary, whole, wholeTime, type Arm, type Reach,
} from '../src/entries/study.js';
import { resolveSettings } from '../src/index.js';

/** It backpropagates, has no partitions, and another kind of delay. */
const DDPG = 'ddpg';

/** Every rule under which parameters of other partitions may be old, and DDPG. */
export const ASYNC_ALGORITHMS: readonly string[] = [...RULE_NAMES.filter((name) => RULES[name].locality !== 'weights'), DDPG];

/** Updates from which the time that barriers take is measured. */
const MEASURED_UPDATES = 200;

/** Steps in which most of Pendulum is learned. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 15_000 } as const;

const HIDDEN = sameHidden('partitions share its neurons');

/** The fewest hidden neurons of a rule's network: every partition needs one at least. */
function fewestHidden(environment: string, hidden: readonly number[] | null): number {
  const networks = hidden === null ? RULE_NAMES.map((rule) => resolveSettings({ environment, rule }).network.hidden) : [hidden];
  return networks.reduce((least, layers) => Math.min(least, layers.reduce((sum, size) => sum + size, 0)), 1024);
}

/** One update of one partition is the unit of time. Acting and the environment take none, so that learning alone is compared. */
const delayedRule = (partitions: number, schedule: 'synchronous' | 'hogwild', delay: number, timing?: { readonly reads: 'latest' | 'aligned' }) =>
  ({ time: 'virtual', schedule, partitions, ...(schedule === 'hogwild' && timing?.reads === 'aligned' && { timing }), virtual: { compute: 1, act: 0, step: 0, actingMessageDelay: 0, learningMessageDelay: delay } });

/** An algorithm and the delay of its messages; the delay is null for the reference, which waits at barriers and has none. */
interface DelayArm extends Arm {
  readonly delay: number | null;
  /** The algorithm, with the critic that its partitions have. */
  readonly learner: string;
}

const describeDelay = (delay: number | null) => (delay === null ? 'barriers' : `delay ${delay}`);

const learnerOf = (algorithm: string, critic: CriticPlacement) => `${shortName(algorithm)}${critic === 'shared' ? '' : ' (own critics)'}`;
const labelOf = (learner: string, delay: number | null) => `${learner}, ${describeDelay(delay)}`;
const ALGORITHM = [['algorithm', ({ learner }: { readonly learner: string }) => learner]] as const;

/** The critics that partitions of an algorithm can have, of those that are asked for. */
function criticsOf(algorithm: string, critics: readonly CriticPlacement[]): readonly CriticPlacement[] {
  return findRule(algorithm)?.objective === undefined ? ['shared'] : critics;
}

/** A short trial with barriers: a delay changes when their updates happen and not what they are, so that some updates from one seed suffice. */
function timingArm(environment: string, algorithm: string, partitions: number, delay: number): DelayArm {
  const options = delayedRule(partitions, 'synchronous', delay);
  const { learning } = trialSettings({ algorithm, environment, seed: 1, steps: 1, options });
  const warmup = Math.min(learning.warmup ?? 0, learning.batch ?? 0); // 0 for a rule that learns online
  const steps = warmup + MEASURED_UPDATES;
  return { label: `${shortName(algorithm)}, time of barriers at delay ${delay}`, algorithm, learner: shortName(algorithm), delay, options: { ...options, learning: { warmup } }, seeds: [1], steps, evaluation: { every: steps, episodes: 1, final: 1 }, auxiliary: true };
}

/** `12,000 (3 of 5)` */
const reachedSteps = (reach: Reach | null, seeds: number) => (reach === null ? NOTHING : reach.steps === null ? 'none' : `${whole(reach.steps)} (${reach.reached} of ${seeds})`);

/** How much delay each rule tolerates before learning suffers, and what waiting at barriers would cost instead. */
export const asyncVsSync = defineStudy({
  name: 'async-vs-sync',
  summary: 'delay the messages between neurons: at what delay does each algorithm lose half of its gain, and what do barriers cost?',
  title: 'Learning from delayed messages',
  question: 'Partitions that do not wait learn from old parameters of one another. At what delay does learning suffer, and what would waiting at barriers cost?',
  options: [
    ENVIRONMENT,
    algorithmsOption(
      { known: ASYNC_ALGORITHMS, oracles: false }, ['broadcast', 'three-factor', DDPG],
      `comma-separated algorithms: ${ASYNC_ALGORITHMS.join(', ')}, or paths of your own rules or credits; or all; half of them take several times as long`,
    ),
    option('delays', ascending(distinct(listOf(integer({ min: 0, max: MOST_DELAY }), 'a list of delays in updates, for example [0, 1, 16]', { least: 1 }))), {
      default: [0, 1, 4, 16, 64, 256], flag: '--delays', unit: 'updates', help: 'delays of all messages about learning, comma-separated', group: 'Study', everyday: true,
    }),
    option('critics', distinct(listOf(oneOf<CriticPlacement>(CRITICS), 'a list of critics, for example [shared, replicated]', { least: 1 })), {
      default: [...CRITICS], flag: '--critics', help: `critics of partitions, comma-separated: ${CRITICS.join(', ')}; rules with critics of their own have only one kind`, group: 'Study',
    }),
    option('timing.reads', oneOf<'latest' | 'aligned'>(['latest', 'aligned']), {
      default: 'latest', flag: '--reads', help: 'rows that partitions compute minibatches from: latest, or aligned (one version of all neurons)', group: 'Study',
    }),
    vary(SEEDS, { help: 'trials of each algorithm and delay, from seeds 1, 2, …; five take about 20 minutes on two idle cores at the defaults' }),
    vary(STEPS, { default: (at) => shippedSteps(at(ENVIRONMENT), PENDULUM) }),
    HIDDEN,
    vary(PARTITIONS, {
      default: 2, narrow: (at) => integer({ min: 2, max: fewestHidden(at(ENVIRONMENT), at(HIDDEN)) }),
      help: 'groups of neurons between which messages are delayed, under the rules',
    }),
    evaluateEvery(20, 'a twentieth of the steps'),
    FINAL_EPISODES,
  ],
  describe: ({ environment, algorithms, delays, seeds }) => `${delays.length === 1 ? 'delay' : 'delays'} ${delays.join(', ')}: ${algorithms.join(', ')} on ${environment}, ${plural(seeds, 'seed')} each`,
  plan: coarseCurves,
  divergedAsRandom: true,
  arms: ({ environment, algorithms, critics, delays, partitions, timing }): DelayArm[] => [
    ...algorithms.filter((algorithm) => algorithm !== DDPG).flatMap((algorithm) => delays.map((delay) => timingArm(environment, algorithm, partitions, delay))),
    ...algorithms.flatMap((algorithm) => criticsOf(algorithm, critics).flatMap((critic) => [null, ...delays].map((delay): DelayArm => ({
      label: labelOf(learnerOf(algorithm, critic), delay),
      algorithm,
      learner: learnerOf(algorithm, critic),
      delay,
      options: algorithm === DDPG ? { learning: { gradientDelay: delay ?? 0 } } : {
        ...delayedRule(partitions, delay === null ? 'synchronous' : 'hogwild', delay ?? 0, timing),
        ...(delay !== null && findRule(algorithm)?.objective !== undefined && { rule: { critic } }), // with barriers both are equal
      },
    })))),
  ],
  row({ settings: { delays }, environment, arm: { algorithm, learner, delay }, results, others, returnOf }) {
    const at = (wanted: number | null) => others((arm) => arm.learner === learner && arm.delay === wanted && arm.auxiliary !== true);
    const timed = others((arm) => arm.algorithm === algorithm && arm.delay === (delay ?? 0) && arm.auxiliary === true);
    const references = at(null);
    const random = ifAny(references.flatMap(({ randomReturn }) => randomReturn ?? []), mean);
    const reference = ifAny(references.flatMap((result) => returnOf(result) ?? []), mean);
    const learned = isGain(references.flatMap((result) => {
      const found = returnOf(result);
      return found === undefined ? [] : [found - (result.randomReturn ?? found)];
    }));
    const measured = timed.find(({ failure }) => failure === null)?.curve.at(-1)?.virtualSeconds;
    const pace = algorithm === DDPG ? 1 + (delay ?? 0) : measured === undefined ? null : measured / MEASURED_UPDATES; // time of an update with barriers
    const scaled = (time: number | null) => (time === null || pace === null ? null : time * pace);
    const reach = (level: number | null | undefined) => (level === null || level === undefined ? null : { ...reachOf(level, results), barrierTime: scaled(reachOf(level, references).time) });
    return {
      /** Virtual time of the whole run, and what barriers take at this delay. */
      time: wholeTime(results),
      barrierTime: scaled(wholeTime(references)),
      /** To half of the way from the random policy to the reference; null without a gain. To the task's threshold; null without one. */
      halfWay: reach(learned && random !== null && reference !== null ? (random + reference) / 2 : null),
      threshold: reach(TASK_SCORES[environment]?.threshold),
      /** Of the reference, over the seeds of which all trials have ended. */
      gain: delay === null ? gainOver(delays, references, at, returnOf) : null,
    };
  },
  tables({ settings: { delays }, rows }) {
    const longest = delays[delays.length - 1];
    const gainOf = (learner: string) => rows.find((row) => row.learner === learner && row.delay === null)?.gain ?? null;
    return [
      {
        title: 'Delay at which half of the gain is lost', rows: rows.filter(({ delay }) => delay === null),
        names: ALGORITHM, numbers: halfGainColumns(longest),
      },
      {
        title: 'Return against delay',
        names: ALGORITHM,
        numbers: [
          ['delay', ({ delay }) => (delay === null ? 'barriers' : whole(delay))],
          ...DIVERGED_COLUMNS, ...FINAL_COLUMNS,
          ['gain kept', ({ learner, delay }) => gainKept(gainOf(learner), delay === null ? -1 : delays.indexOf(delay))],
          ['steps half way', ({ halfWay, seeds }) => reachedSteps(halfWay, seeds)],
          ['steps to threshold', ({ threshold, seeds }) => reachedSteps(threshold, seeds)],
        ],
      },
      {
        title: 'Virtual time, asynchronous and with barriers', rows: rows.filter(({ delay }) => delay !== null),
        names: ALGORITHM,
        numbers: [
          ['delay', ({ delay }) => whole(delay)], ['whole run', ({ time }) => whole(time)], ['with barriers', ({ barrierTime }) => whole(barrierTime)],
          ['half way', ({ halfWay }) => whole(halfWay?.time)], ['with barriers', ({ halfWay }) => whole(halfWay?.barrierTime)],
          ['to threshold', ({ threshold }) => whole(threshold?.time)], ['with barriers', ({ threshold }) => whole(threshold?.barrierTime)],
        ],
      },
    ];
  },
  figures: ({ settings: { environment, delays } }) => [
    {
      file: 'returns', title: `Return at the end against delay: ${environment}`, subtitle: OVER_SEEDS, x: 'delay, in updates', xTicks: delays, y: 'mean return',
      lines: ({ learner, delay, returns, randomReturn }) => [{ name: learner, points: delay === null ? [] : pointAt(delay, returns), ...(randomReturn !== null && { references: randomReference({ randomReturn }) }) }],
    },
    {
      file: 'half-gains', title: 'Delay at which half of the gain is lost', value: 'delay, in updates', ticks: delays,
      subtitle: `95 % bootstrap interval over seeds; an end at ${delays[delays.length - 1]} may lie beyond it; no data: no gain to lose, or no seed is complete`,
      bars: ({ learner, delay, gain }) => (delay === null ? [{ name: learner, estimate: halfGainBar(gain?.halfGain ?? null, delays[delays.length - 1]) }] : []),
    },
    {
      file: 'times', title: 'Virtual time to half of the gain, against delay', x: 'delay, in updates', xTicks: delays, y: 'virtual time', yLog: true,
      subtitle: 'time of one update without delay is 1; medians of the trials that reach it; a missing point is never reached',
      lines: ({ learner, delay, halfWay }) => (['time', 'barrierTime'] as const).map((which) => {
        const time = halfWay?.[which] ?? null;
        return { panel: learner, name: which === 'time' ? 'asynchronous' : 'with barriers', points: delay === null || time === null || time <= 0 ? [] : [{ x: delay, y: time }] };
      }),
    },
    {
      ...LEARNING_CURVES, title: `Learning curves: ${environment}`,
      lines: ({ learner, delay }, results) => [{ panel: learner, name: describeDelay(delay), points: curveOf(results), references: thresholdReference(environment) }],
    },
  ],
  findings: ({ settings: { delays }, rows }) => rows.filter(({ delay }) => delay === null).flatMap(({ learner: name, gain }) => {
    const longest = delays[delays.length - 1];
    const slow = rows.find((row) => row.learner === name && row.delay === longest);
    const cost = slow?.time && slow.barrierTime ? [`Barriers would take ${(slow.barrierTime / slow.time).toFixed(1)} times the virtual time of ${name} at a delay of ${plural(longest, 'update')}.`] : [];
    return [halfGainFinding(name, gain, longest), ...(gain === null ? [] : cost)];
  }),
  howToRead: [
    'A higher return is better: the mean of the final evaluation over seeds, with its 95 % percentile bootstrap interval. A trial that diverged counts with the random policy\'s return on its episodes. “Barriers” is the reference: partitions wait for one another and no parameter is old. For DDPG it is the same trial as delay 0.',
    'Gain: the return less the random policy\'s. Gain kept: gain(d) = (return at delay d − random) / (return with barriers − random), means over the seeds of which every trial has ended. Half lost at: the smallest delay at which gain kept falls to 50 %, on a straight line in log2(1 + d) between neighbouring delays. Its interval resamples seeds, each with all its delays. If half is never lost, the delay lies beyond the longest that was tried; the last column gives the fraction of such resamples. An algorithm with a gain interval that reaches down to 0 has no gain to lose.',
    'Half way: the first evaluation at or above the middle between the random policy and the algorithm\'s own return with barriers. Threshold: that of the task, the same for all. Environment steps and times are medians of the trials that reach it; the table has their number. The resolution is that of the evaluations.',
    'Virtual time counts in updates: 1 is the time of one update without delay. “With barriers” is the time of the reference to the same level if every message takes as long as the delay: its weights stay the same, only its clock is slower.',
  ],
  method: ({ steps, seeds, partitions, evaluation, algorithms }) => [
    `Every trial learns for ${whole(steps)} environment steps, from ${seedRange(seeds)}, and is evaluated without exploration on episodes that depend on the seed alone: on ${plural(coarseCurves({ evaluation }).evaluation.episodes, 'episode')} every ${whole(evaluation.every)} steps, on ${plural(evaluation.final, 'episode')} at the end.`,
    ...(algorithms.some((name) => name !== DDPG) ? [
      `Under the rules the neurons are divided over ${partitions} partitions in virtual time. One update takes 1; acting and the environment take no time. Rows of weights, parts of critics and minibatch voltages that a partition publishes reach the others d later. A partition's own rows are never old, nor are the voltages of acting, nor critics of a partition's own, which no message carries. The schedule is hogwild; the rate limit keeps updates per step near the update-to-data ratio. At delay 0 no message is under way, but partitions that finish at the same moment do so in some order, and the first may read rows of one update before: this is the small difference between “delay 0” and “barriers”.`,
      `Barriers give the same weights at every delay and only take longer, because each gate of an update waits for the slowest message. Time per update was measured over ${MEASURED_UPDATES} updates at each delay, in the same virtual time.`,
    ] : []),
    ...(algorithms.includes(DDPG) ? [
      'For DDPG the delay is that of the parameter-server model: a worker copies all parameters, and its gradient is applied d updates later to the parameters of that time. Asynchronous workers are assumed to deliver one gradient per unit of time, whatever the delay. A synchronous one takes 1 + d for each. Both are a model and not measured.',
      `The two delays are not the same thing. A DDPG gradient is old as a whole: it is the right gradient of an earlier network. A partition of a rule has its own ${partitions === 2 ? 'half' : `1/${partitions}`} of the network without delay and the rest with it, so that it computes with a network that never existed; but its steps always start from its own newest rows. With more partitions, more of the network is old.`,
    ] : []),
    'All trials repeat bit for bit, whatever runs beside them. Settings are listed for the reference and the longest delay; the others differ in the delay alone.',
  ],
  shown: ({ settings: { algorithms, critics, delays } }) => algorithms.flatMap((algorithm) => criticsOf(algorithm, critics).flatMap((critic) => [null, delays[delays.length - 1]].map((delay) => labelOf(learnerOf(algorithm, critic), delay)))),
});
