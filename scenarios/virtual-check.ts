import { PARTITIONS, RULE_NAMES } from '../src/entries/internals.js';
import {
  agePoints, compareWorlds, defineStudy, ENVIRONMENT, evaluateEvery, FINAL_EPISODES, integer, interval, NOTHING, numeric, plural, ruleOption, SAME_HIDDEN, score, SEEDS, SHOWN_AGES, STEPS,
  vary, whole, WORLD_MARGINS, worldOf, type AgeSummary, type Arm, type MeanPoint, type Table, type WorldComparison,
} from '../src/entries/study.js';

/** Real runs from each seed. Their distance is the measure of agreement. */
const REAL_RUNS = 2;

/** Ages that the table shows apart; older reads are one line. */
const LAST_AGE = 6;

interface WorldArm extends Arm {
  readonly world: 'real' | 'virtual';
}

const digits = (value: number | null | undefined) => (value === null || value === undefined ? NOTHING : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3));
const points = (curve: readonly MeanPoint[]) => curve.map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));

function comparisonTable({ comparisons }: WorldComparison): Table {
  return {
    columns: [{ name: '' }, ...['real 1', 'real 2', 'virtual', 'real from real', 'virtual from real', '95 % interval', 'limit'].map(numeric), { name: '' }],
    rows: comparisons.map(({ name, real, virtual, noise, difference, interval: ends, limit, agrees }) =>
      [name, digits(real?.[0]), digits(real?.[1]), digits(virtual), digits(noise), digits(difference), ends.map(digits).join(' to '), digits(limit), agrees ? 'agrees' : 'differs']),
  };
}

/** Distributions of ages, and the fraction of a peer's voltages that were computed instead. */
function ageTable({ ages: { real, virtual } }: WorldComparison): Table {
  const all = [...real, virtual];
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const fraction = ({ histogram, reads }: AgeSummary, from: number, to: number) => histogram.reduce((sum, [age, count]) => (age >= from && age <= to ? sum + count : sum), 0) / Math.max(1, reads);
  return {
    columns: [{ name: 'voltages read' }, ...[...real.map((_, i) => `real ${i + 1}`), 'virtual'].map(numeric)],
    rows: [
      ...Array.from({ length: LAST_AGE }, (_, age) => [`${age} behind`, ...all.map((each) => percent(fraction(each, age, age)))]),
      [`${LAST_AGE} and more`, ...all.map((each) => percent(fraction(each, LAST_AGE, Infinity)))],
      ['reads', ...all.map(({ reads }) => whole(reads))],
      ['most behind', ...all.map(({ max }) => String(max))],
      ['computed instead', ...all.map(({ helped }) => percent(helped))],
    ],
  };
}

function curveTable({ curves: { real, virtual } }: WorldComparison): Table {
  const ends = (point: MeanPoint | undefined) => interval(point && { interval: [point.low, point.high] });
  return {
    columns: ['environment steps', 'real', '95 % interval', 'virtual', '95 % interval'].map(numeric),
    rows: real.map((point) => {
      const other = virtual.find(({ step }) => step === point.step);
      return [whole(point.step), score(point.mean), ends(point), score(other?.mean), ends(other)];
    }),
  };
}

/** Whether a virtual world with measured durations agrees with the real one. */
export const virtualCheck = defineStudy({
  name: 'virtual-check',
  summary: 'compare virtual time with real threads: the same training on threads and in a world of measured durations',
  title: 'Virtual time and real threads',
  question: 'Does training in a virtual world made of the durations of a real run behave as it does on threads?',
  options: [
    ENVIRONMENT,
    ruleOption('algorithm', { known: RULE_NAMES }, { default: 'broadcast', flag: '--algorithm' }),
    vary(PARTITIONS, { default: 2, narrow: () => integer({ min: 2, max: 1024 }) }),
    vary(SEEDS, { help: 'seeds 1, 2, …, each with two runs in real time and one in virtual time' }),
    vary(STEPS, { default: 6000 }),
    vary(SAME_HIDDEN, { shown: 'the default of the algorithm' }),
    evaluateEvery(6, 'a sixth of the steps'),
    vary(FINAL_EPISODES, { default: 10 }),
  ],
  describe: ({ environment, algorithm, partitions, seeds }) => `${algorithm}, hogwild on ${partitions} partitions, ${environment}, ${plural(seeds, 'seed')}: twice in real time and once in virtual time`,
  parallel: 1, // real runs need their cores
  arms: ({ algorithm, partitions }) => Array.from({ length: REAL_RUNS }, (_, i): WorldArm => (
    { label: `real ${i + 1}`, algorithm, world: 'real', repeat: i + 1, options: { schedule: 'hogwild', partitions, timing: { measureDurations: true, inference: 'distributed' } } })),
  row: ({ arm: { world }, results, others }) => ({ comparison: world === 'real' ? null : compareWorlds([...others((arm) => arm.world === 'real'), ...results]) }),
  following: {
    trials: ({ seeds }) => seeds,
    /** For each seed, a world made of the durations of its first real run; none after a failure. */
    arms: ({ settings: { algorithm, partitions }, entries }) => (entries.at(0)?.results ?? []).flatMap(({ trial: { seed }, failure, timing }): WorldArm[] => (
      failure !== null || timing?.times === undefined ? [] : [{
        label: 'virtual', algorithm, world: 'virtual', seeds: [seed],
        options: { time: 'virtual', schedule: 'hogwild', partitions, virtual: worldOf(timing.times, partitions) },
      }])),
  },
  tables: ({ rows }) => rows.flatMap(({ comparison }) => (comparison === null ? [] : [
    { title: 'Real and virtual', table: comparisonTable(comparison) },
    { title: 'Ages of the voltages read, all seeds together', table: ageTable(comparison) },
    { title: 'Mean returns', table: curveTable(comparison) },
  ])),
  figures({ settings: { environment } }) {
    const histogram = { x: `versions behind, ${SHOWN_AGES} and more last`, y: 'fraction', subtitle: 'fraction of the reads, all seeds together' };
    return [
      {
        ...histogram, file: 'staleness', heading: 'Staleness', title: 'Age of the voltages that partitions read from one another',
        lines: ({ comparison }) => (comparison === null ? [] : [
          ...comparison.ages.real.map((ages, i) => ({ name: `real ${i + 1}`, points: agePoints(ages) })),
          { name: 'virtual', points: agePoints(comparison.ages.virtual) },
        ]),
      },
      {
        file: 'learning-curves', title: 'Learning curves', subtitle: 'mean and 95 % bootstrap interval over runs, exploration off', x: 'environment steps', y: 'mean return',
        lines: ({ comparison }) => (comparison === null ? [] : (['real', 'virtual'] as const).map((name) => ({ panel: environment, name, points: points(comparison.curves[name]) }))),
      },
    ];
  },
  findings: ({ rows }) => rows.flatMap(({ comparison }) => {
    if (comparison === null) return [];
    const { verdict, comparisons, seeds } = comparison;
    const beyond = comparisons.filter(({ agrees }) => !agrees).map(({ name }) => name);
    return [`Virtual time ${verdict === 'agrees' ? 'agrees with' : 'differs from'} real threads: ${comparisons.length - beyond.length} of ${comparisons.length} comparisons lie within their limits over ${plural(seeds, 'seed')}${beyond.length === 0 ? '' : `, but not ${beyond.join(', ')}`}.`];
  }),
  howToRead: [
    `Two real runs of one seed differ as well. Virtual time agrees if its mean distance from the real runs of its seed is at most the largest distance between two real runs of one seed plus a fixed margin: ${WORLD_MARGINS.staleness} in total variation distance of the ages, ${WORLD_MARGINS.helped} in the fraction of a peer's voltages that the reader computed, ${WORLD_MARGINS.updatesPerStep} updates per step, ${100 * WORLD_MARGINS.returns} % of the way from the random policy to the best real evaluation in returns, ${100 * WORLD_MARGINS.time} % in run time.`,
    'The total variation distance is the largest difference in probability of any event: 0 for equal distributions, 1 for disjoint ones. The interval is a 95 % bootstrap interval of the mean over seeds. If the real runs lie far apart, as run times do on a busy machine and returns do before much is learned, the limit is wide and agreement means little: read it together with “real from real”.',
  ],
  method: ({ steps, evaluation }) => [
    `Each seed trains for ${whole(steps)} environment steps: twice on threads, with timing.measureDurations, one run after the other; then in virtual time, where an update, an acting tick, an environment step and the waking of a sleeping partition take as long as one of those of the first real run, drawn at random. Evaluations are on ${plural(evaluation.final, 'episode')}, without exploration, every ${whole(evaluation.every)} steps.`,
    'In virtual time partitions have a core each and wait briefly for voltages of their peers if the machine has as many cores; otherwise they share its cores and do not wait.',
    'Ages are those of voltages, in acting and on minibatches together. The virtual world leaves out that consecutive durations are correlated, that those of both partitions are long at the same time, and the cost of measuring. Real runs do not repeat themselves exactly.',
  ],
  shown: () => ['real 1'],
});
