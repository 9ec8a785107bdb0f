import { describeDistribution, keyOf, layerSizes, PARTITIONS, UPDATE_WINDOW, RULE_NAMES, TIMES, type ScheduleName } from '../src/entries/internals.js';
import {
  agePoints, algorithmsOption, curveOf, defineStudy, describeNeighbour, distinct, drawNeighbour, ENVIRONMENT, evaluateEvery, FINAL_COLUMNS, FINAL_EPISODES, ifAny, integer, isOutcome, joinAges, listed, listOf,
  mean, measureNeighbour, neighbourFinding, neighbourTable, NOTHING, number, oneOf, option, OVER_SEEDS, plural, pointAt, randomScore, SAME_HIDDEN, SCHEDULES_BOUND, schedulesOption, SEED_COLUMNS, seedRange, SEEDS, shortName, SHOWN_AGES, STEPS, STUDY_WORLD, vary, whole, withInterval,
  type AgeSummary, type Arm, type NeighbourFindings, type TrialResult,
} from '../src/entries/study.js';

const group = 'Study';

/** The schedule, and the factor by which stragglers are slower. */
interface StragglerArm extends Arm {
  readonly schedule: ScheduleName;
  readonly slowdown: number;
}

const describeSlowdown = (slowdown: number) => (slowdown === 1 ? 'no straggler' : `${slowdown} × slower`);
const rate = (value: number | null | undefined) => (value === null || value === undefined ? NOTHING : value.toFixed(3));
const ageCell = (cell: (staleness: AgeSummary) => string) => ({ staleness }: { staleness: AgeSummary | null }) => (staleness === null ? NOTHING : cell(staleness));

/** Updates and environment steps of a trial for each unit of virtual time. */
function ratesOf({ steps, timing }: TrialResult) {
  if (timing === undefined || timing.virtualSeconds === null || timing.virtualSeconds === 0) return undefined;
  const { updates, virtualSeconds } = timing;
  return { updates: mean(updates) / virtualSeconds, slowest: Math.min(...updates) / virtualSeconds, fastest: Math.max(...updates) / virtualSeconds, steps: steps / virtualSeconds };
}

/** Points of a curve against virtual time. */
const CURVE_POINTS = 20;

/** The learning curve of a trial at given virtual times: straight lines between evaluations. */
export function returnsAt(times: readonly number[], { curve }: Pick<TrialResult, 'curve'>) {
  const known = curve.map(({ meanReturn, virtualSeconds = 0 }) => ({ time: virtualSeconds, meanReturn }));
  return times.flatMap((time) => {
    const next = known.findIndex((point) => point.time >= time);
    if (next === -1) return [];
    const [before, after] = [known[Math.max(0, next - 1)], known[next]];
    const fraction = after.time === before.time ? 1 : (time - before.time) / (after.time - before.time);
    return [{ step: time, meanReturn: before.meanReturn + fraction * (after.meanReturn - before.meanReturn) }];
  });
}

/** Until the first of the seeds has ended. */
export function curveInTime(results: readonly TrialResult[]) {
  const own = results.filter(({ failure }) => failure === null);
  const end = Math.min(...own.map(({ timing }) => timing?.virtualSeconds ?? 0));
  if (!Number.isFinite(end) || end === 0) return [];
  const times = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => (end * i) / CURVE_POINTS);
  return curveOf(own.map((result) => ({ curve: returnsAt(times, result) })));
}

/** What slow partitions cost under each schedule. */
export const stragglers = defineStudy({
  name: 'stragglers',
  summary: 'slow some partitions down: speed and return under barriers, bounds and hogwild; also beside a busy process, in real time',
  title: 'Stragglers',
  question: 'Some partitions are slower than the others. What do the others lose if they wait for them, and what does it cost not to wait?',
  options: [
    ENVIRONMENT,
    algorithmsOption({ known: RULE_NAMES }, ['broadcast'], `comma-separated rules: ${RULE_NAMES.join(', ')}, or paths of your own rules or credits`),
    schedulesOption(['synchronous', 'bounded', 'hogwild'], { formerly: ['--disciplines', 'disciplines'], help: 'comma-separated schedules', group: 'Run', everyday: true }),
    option('slowdowns', distinct(listOf({ ...number({ min: 1, max: 1e6 }), argument: 'factor' }, 'a list of factors, for example [1, 4]', { least: 1 })), {
      default: [1, 2, 4, 8], flag: '--slowdowns', help: 'factors by which stragglers are slower, comma-separated; 1 is the reference', group, everyday: true,
    }),
    option('stragglerFraction', number({ min: 0, max: 1, above: true }), {
      default: 0.25, flag: '--straggler-fraction', argument: 'fraction', formerly: ['--share', 'share'], help: 'fraction of the partitions that are slow', group,
    }),
    vary(PARTITIONS, { default: 4, everyday: false }),
    UPDATE_WINDOW,
    ...TIMES.map((row) => {
      const durations: Readonly<Record<string, string | number>> = STUDY_WORLD;
      return vary(row, { default: durations[keyOf(row.path)], shown: String(durations[keyOf(row.path)]) });
    }),
    SCHEDULES_BOUND,
    vary(SEEDS, { help: 'trials of each schedule and factor, from seeds 1, 2, …' }),
    vary(STEPS, { default: 20_000 }),
    SAME_HIDDEN,
    evaluateEvery(10, 'a tenth of the steps'),
    FINAL_EPISODES,
    option('neighbour.run', oneOf(['on', 'off']), { default: 'on', flag: '--noisy-neighbour', argument: 'on|off', help: 'whether to measure, in real time, the cost of a busy process on one core', group }),
    option('neighbour.repeats', integer({ min: 1, max: 1000 }), { default: 5, flag: '--neighbour-repeats', help: 'repeats of that measurement', group }),
    option('neighbour.seconds', number({ min: 0, max: 600, above: true }), { default: 2, flag: '--neighbour-seconds', unit: 'seconds', help: 'duration of each repeat', group }),
    option('neighbour.hidden', layerSizes, { default: [256, 256], flag: '--neighbour-hidden', help: 'sizes of the hidden layers in that measurement', group }),
  ],
  describe: ({ environment, algorithms: rules, schedules, slowdowns, stragglerFraction, partitions, seeds }) =>
    `${Number((100 * stragglerFraction).toFixed(4))} % of ${partitions} partitions ${slowdowns.join(', ')} times slower: ${rules.join(', ')} under ${schedules.join(', ')} on ${environment}, ${plural(seeds, 'seed')} each`,
  arms: ({ algorithms: rules, schedules, slowdowns, stragglerFraction, partitions, stalenessBound, updateWindow, virtual }) => rules.flatMap((algorithm) => schedules.flatMap((schedule) => slowdowns.map((slowdown): StragglerArm => ({
    label: `${shortName(algorithm)}, ${schedule}, ${describeSlowdown(slowdown)}`,
    algorithm,
    schedule,
    slowdown,
    options: { time: 'virtual', schedule, partitions, updateWindow, ...(schedule === 'bounded' && { timing: { stalenessBound } }), virtual: { ...virtual, stragglers: stragglerFraction, slowdown } },
  })))),
  row({ arm: { algorithm, schedule }, finished, others, estimate, paired }) {
    const unhindered = others((arm) => arm.algorithm === algorithm && arm.schedule === schedule && arm.slowdown === 1);
    const relative = (which: 'updates' | 'steps') => paired(unhindered.filter(({ failure }) => failure === null), (own, other) => {
      const [rates, reference] = [own.failure === null ? ratesOf(own) : undefined, ratesOf(other)];
      return rates && reference && rates[which] / reference[which];
    });
    return {
      /** Updates of a partition for each unit of virtual time: the mean over partitions, the slowest and the fastest. */
      updates: estimate((result) => ratesOf(result)?.updates),
      slowestUpdates: estimate((result) => ratesOf(result)?.slowest)?.mean ?? null,
      fastestUpdates: estimate((result) => ratesOf(result)?.fastest)?.mean ?? null,
      /** Environment steps for each unit of virtual time. */
      environmentSteps: estimate((result) => ratesOf(result)?.steps),
      /** Both over those of the same seed without stragglers. */
      relativeUpdates: relative('updates'),
      relativeSteps: relative('steps'),
      staleness: ifAny(finished.flatMap(({ timing }) => timing?.staleness ?? []), joinAges),
    };
  },
  measure: {
    file: 'neighbour.json',
    isKnown: (data): data is NeighbourFindings => isOutcome(data),
    run({ settings }, signal) {
      if (settings.neighbour.run === 'on' && !signal.aborted) process.stderr.write('measuring beside a busy process\n');
      return measureNeighbour(settings, signal);
    },
    inResult: true,
  },
  tables: ({ settings: { environment, steps, stragglerFraction, partitions, updateWindow }, rows, measured }) => [
    {
      title: environment,
      note: `${whole(steps)} environment steps, ${Math.round(stragglerFraction * partitions)} of ${partitions} partitions slow, rate limit ${updateWindow}; random policy ${randomScore(rows)}.`,
      names: [['algorithm', ({ algorithm }) => shortName(algorithm)], ['schedule', ({ schedule }) => schedule], ['stragglers', ({ slowdown }) => describeSlowdown(slowdown)]],
      numbers: [
        ...SEED_COLUMNS,
        ['updates', ({ updates }) => rate(updates?.mean)], ['slowest', ({ slowestUpdates }) => rate(slowestUpdates)], ['fastest', ({ fastestUpdates }) => rate(fastestUpdates)],
        ['relative', ({ relativeUpdates }) => withInterval(relativeUpdates, 2)],
        ['env steps', ({ environmentSteps }) => rate(environmentSteps?.mean)], ['relative', ({ relativeSteps }) => withInterval(relativeSteps, 2)],
        ...FINAL_COLUMNS,
        ['staleness', ageCell(({ median }) => String(median))], ['90 %', ageCell(({ p90 }) => String(p90))], ['max', ageCell(({ max }) => String(max))],
        ['computed a peer\'s', ageCell(({ helped }) => `${(100 * helped).toFixed(1)} %`)],
      ],
    },
    ...(measured === undefined || 'skipped' in measured ? [] : [{ title: 'The noisy neighbour, in real time', note: `${describeNeighbour(measured)}.`, table: neighbourTable(measured) }]),
  ],
  async figures({ settings: { environment, algorithms: rules }, measured }) {
    const name = ({ algorithm, schedule }: { algorithm: string; schedule: string }) => (rules.length === 1 ? schedule : `${shortName(algorithm)}, ${schedule}`);
    return [
      {
        file: 'speeds', title: 'What stragglers cost', subtitle: 'per unit of virtual time, over the same without stragglers; mean and 95 % bootstrap interval over seeds', x: 'times slower', y: 'of the speed without stragglers',
        lines: (row) => [
          { panel: 'updates (mean over partitions)', name: name(row), points: pointAt(row.slowdown, row.relativeUpdates) },
          { panel: 'environment steps', name: name(row), points: pointAt(row.slowdown, row.relativeSteps) },
        ],
      },
      {
        file: 'learning-curves', title: `Returns against virtual time: ${environment}`, subtitle: `${OVER_SEEDS}; up to when the first of the seeds is done`, x: 'virtual time, in median updates of one partition', y: 'mean return',
        lines: (row, results) => [{ panel: describeSlowdown(row.slowdown), name: name(row), points: curveInTime(results) }],
      },
      {
        file: 'returns', title: 'Return at the end', subtitle: `after the same number of environment steps; ${OVER_SEEDS}; faint: single seeds`, value: 'mean return',
        bars: (row) => [{ panel: describeSlowdown(row.slowdown), name: name(row), estimate: row.returns }],
      },
      {
        file: 'staleness', heading: 'Staleness', title: 'Age of the voltages that partitions read from one another', subtitle: 'fraction of the reads, all seeds together', x: `versions behind, ${SHOWN_AGES} and more last`, y: 'fraction',
        lines: (row) => [{ panel: describeSlowdown(row.slowdown), name: name(row), points: agePoints(row.staleness) }],
      },
      ...(measured === undefined || 'skipped' in measured ? [] : [{ file: 'neighbour', heading: 'Beside a busy process', picture: await drawNeighbour(measured) }]),
    ];
  },
  findings({ settings: { slowdowns }, rows, measured }) {
    const worst = Math.max(...slowdowns);
    const slow = rows.filter(({ slowdown, relativeUpdates }) => slowdown === worst && worst > 1 && relativeUpdates !== null);
    const named = (row: (typeof rows)[number]) => (new Set(rows.map(({ algorithm }) => algorithm)).size === 1 ? row.schedule : `${shortName(row.algorithm)}, ${row.schedule}`);
    const kept = slow.map((row) => `${named(row)} ${withInterval(row.relativeUpdates, 2)} of the updates, ${withInterval(row.relativeSteps, 2)} of the environment steps`);
    const returns = slow.filter((row) => row.returns !== null).map((row) => `${named(row)} ${withInterval(row.returns)}`);
    return [
      ...(kept.length === 0 ? [] : [`With stragglers ${worst} times slower, these fractions per unit of time remain: ${kept.join('; ')}.`]),
      ...(returns.length === 0 ? [] : [`Mean returns after the same number of environment steps are then ${listed(returns)} (random policy ${randomScore(rows)}).`]),
      ...(measured === undefined ? [] : [neighbourFinding(measured)]),
    ];
  },
  howToRead: [
    'Updates and env steps count for each unit of virtual time, which is the median time of one partition\'s update. Updates are the mean over partitions, slowest and fastest those of single partitions. Relative: over those of the same seed without stragglers, as the mean with its 95 % percentile bootstrap interval over seeds.',
    'An action waits until its observation has reached the outputs through every partition: a straggler slows environment steps under every schedule. Updates of its peers are not slowed under hogwild; but the rate limit keeps every partition\'s updates within a window around the update-to-data ratio, and holds acting back while a partition is further behind. With --update-window off updates continue regardless.',
    'Staleness: age of the voltages that partitions read from one another, in updates of their writers: median, p90, maximum. Computed a peer\'s: the fraction that was not published yet and that the reader computed from the peer\'s weights.',
  ],
  method: ({ steps, seeds, virtual, stalenessBound, updateWindow, evaluation, neighbour }) => [
    `Time is virtual: work of partitions and messages take simulated durations, and a run repeats bit for bit. Durations: ${Object.entries(virtual).map(([key, distribution]) => `${key} ${describeDistribution(distribution)}`).join(', ')}. Updates and acting ticks of a straggler take so many times as long; environment steps do not. One unit is the median of an update's time. The seed draws the slow partitions.`,
    `Every trial learns for ${whole(steps)} environment steps, from ${seedRange(seeds)}. Synchronous: a barrier at every gate of an update; acting and learning alternate. Bounded: a partition is at most ${stalenessBound} updates ahead of the slowest. Hogwild: no partition waits. The rate limit, ${updateWindow}, holds the updates of a partition within that window around the update-to-data ratio; it is 0 under synchronous.`,
    `Evaluations are on ${plural(evaluation.final, 'episode')} that depend on the seed alone, without exploration, every ${whole(evaluation.every)} steps, while virtual time is stopped. Before each of them all partitions finish their work, so that none is ahead when learning continues.`,
    'Settings are listed for the first factor; the others differ in “virtual.slowdown” alone.',
    `The noisy neighbour is measured in real time after all trials: networks of ${neighbour.hidden.join('-')} hidden neurons, minibatches of 64, free running at eight updates per environment step. Arms run in turn for ${neighbour.seconds} s each, ${neighbour.repeats} times, without and with a process that keeps one core busy. Such figures depend on the load of the machine.`,
  ],
  shown: ({ settings: { slowdowns }, rows }) => rows.filter(({ slowdown }) => slowdown === slowdowns[0]).map(({ label }) => label),
});
