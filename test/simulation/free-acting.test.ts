import { createHash } from 'node:crypto';

import test from 'ava';

import { SCHEDULE_NAMES, recordedOptions } from '../../src/entries/internals.js';
import { createSimulation, resolveSettings, resumeSimulation, type RunReport, type SimulationOptions, type ActionTiming } from '../../src/index.js';

const SMALL: SimulationOptions = { network: { hidden: [5, 4] }, learning: { warmup: 64, batch: 8, replay: 256 }, partitions: 3, seed: 2 };
const STEPS = 150;

interface Outcome {
  readonly weights: string;
  readonly report: RunReport;
  readonly returns: readonly number[];
  readonly episodes: readonly number[];
}

async function outcome(options: SimulationOptions, steps = STEPS, watch?: (simulation: Awaited<ReturnType<typeof createSimulation>>) => void): Promise<Outcome> {
  const simulation = await createSimulation({ ...SMALL, ...options });
  const episodes: number[] = [];
  simulation.on('episode', ({ return: episodeReturn }) => episodes.push(episodeReturn));
  watch?.(simulation);
  try {
    const report = await simulation.run({ steps });
    const { returns } = await simulation.evaluate({ episodes: 2 });
    return { weights: createHash('sha256').update(simulation.encodeWeights()).digest('hex'), report, returns, episodes };
  } finally {
    await simulation.close();
  }
}

const free = (controlPeriod: number) => ({ inference: 'sampled', controlPeriod }) as const;

/** How old the actions of a run are in which one turn of acting takes so long, and nobody learns. */
async function timingOf(controlPeriod: number, virtual: NonNullable<SimulationOptions['virtual']>, steps: number, partitions = 1): Promise<ActionTiming | undefined> {
  const frozen = { ...SMALL.learning, warmup: 1000 };
  const { report } = await outcome({ time: 'virtual', virtual: { step: 0, ...virtual }, network: { hidden: [2] }, partitions, learning: frozen, timing: free(controlPeriod) }, steps);
  return report.actionTiming;
}

const same = ({ weights, returns, episodes, report: { virtualSeconds, actionTiming, partitions } }: Outcome) => ({ weights, returns, episodes, virtualSeconds, actionTiming, updates: partitions.map(({ updates }) => updates) });

for (const schedule of SCHEDULE_NAMES) {
  test(`in virtual time sampled inference repeats itself exactly: ${schedule}`, async (t) => {
    const options: SimulationOptions = {
      time: 'virtual',
      schedule,
      virtual: { compute: 'exponential(0.001)', act: 'lognormal(0.0002, 0.5)', step: 'exponential(0.0001)', actingMessageDelay: 'exponential(0.0002)', learningMessageDelay: 'exponential(0.0005)', wake: 'exponential(0.00005)', cores: 2 },
      timing: free(0.001),
    };
    const [once, again] = [await outcome(options), await outcome(options)];
    t.deepEqual(same(once), same(again));
    t.true((once.report.actionTiming?.age.max ?? 0) > 0);
    t.true(once.report.actionTiming?.actions === STEPS && once.report.steps === STEPS);
  });
}

test('behind barriers and under a long period, sampled inference does bit for bit what awaited acting does', async (t) => {
  const kinds: SimulationOptions[] = [
    {},
    { exploration: { correlation: 0.7 }, network: { hidden: [5, 4], recurrent: 0.5, recurrentTimeConstant: 3, observationTraces: [2] } },
    { rule: 'deep', environments: 2, partitions: 2 },
  ];
  for (const options of kinds) {
    const virtual = { step: 'exponential(0.0001)', actingMessageDelay: 0.0001 } as const;
    const awaited = await outcome({ ...options, time: 'virtual', schedule: 'synchronous', virtual });
    const { report, ...found } = await outcome({ ...options, time: 'virtual', schedule: 'synchronous', virtual, timing: free(0.1) });
    const { weights, returns, episodes } = awaited;
    t.deepEqual(found, { weights, returns, episodes });
    t.deepEqual(report.actionTiming?.age.histogram, [[0, STEPS]]);
    t.is(awaited.report.actionTiming, undefined);
  }
});

test('without learning, under a long period, every schedule acts as awaited acting does', async (t) => {
  const learning = { ...SMALL.learning, warmup: 1000 };
  const { episodes } = await outcome({ environment: 'CartPole-v1', learning, schedule: 'synchronous' });
  t.true(episodes.length > 3);
  for (const schedule of SCHEDULE_NAMES) {
    const timing = { ...free(0.1), ...(schedule === 'poisson' && { clockRate: 1000 }) };
    const found = await outcome({ environment: 'CartPole-v1', learning, time: 'virtual', schedule, timing });
    t.deepEqual(found.episodes, episodes, schedule);
    t.is(found.report.actionTiming?.age.max, 0);
  }
});

test('the age of an action is that of a computation by hand', async (t) => {
  const answered = await timingOf(2.5, { act: 1 }, 8); // an answer takes two turns
  t.like(answered, { actions: 8, missedDeadlines: 0, age: { mean: 0, p95: 0, max: 0 } });
  const late = await timingOf(1.7, { act: 1 }, 6);
  t.deepEqual(late?.age.histogram, [[1, 6]]);
  // turn n begins at n - 1 and reads observation floor((n - 1) / 0.7) + 1 = 1, 2, 3, 5, …; what it reads is said from n + 1 on; strike k is at 0.7 k
  const older = await timingOf(0.7, { act: 1 }, 8); // 1, 2, 2, 3, 3, 3, 4, 3
  t.deepEqual(older, { actions: 8, missedDeadlines: 0, age: { mean: 2.625, median: 3, p95: 4, max: 4, histogram: [[1, 1], [2, 2], [3, 4], [4, 1]] } });
});

test('of the control ticks during a step one is taken after it, and the others are missed deadlines', async (t) => {
  const timed = await timingOf(1, { act: 0.4, step: 2.6 }, 4); // steps begin at 1, 3.6, 6.2 and 8.8, and the run ends at 11.4: 1, 2, 1 and 2 are missed
  t.like(timed, { actions: 4, missedDeadlines: 6 });
  t.deepEqual(timed?.age.histogram, [[0, 1], [1, 3]]); // but for the first, an observation is acted upon as soon as it is shown
});

test('a spike is read after the latency, by partitions and environment alike', async (t) => {
  t.is((await timingOf(1, { act: 0.2, actingMessageDelay: 0.2 }, 5, 2))?.age.max, 0); // 2 (0.2 + 0.2)
  t.deepEqual((await timingOf(1, { act: 0.2, actingMessageDelay: 0.35 }, 5, 2))?.age.histogram, [[1, 5]]);
  t.is((await timingOf(1, { act: 0.2, actingMessageDelay: 0.55 }, 5))?.age.max, 0); // one partition reads itself at once: 0.2 + 0.2 + 0.55
});

for (const schedule of SCHEDULE_NAMES) {
  test.serial(`${schedule} on threads: a run ends under any period, and every action is counted`, async (t) => {
    const environments = schedule === 'bounded' || schedule === 'synchronous' ? 3 : 1;
    const { report, returns } = await outcome({ environment: 'CartPole-v1', schedule, partitions: 2, timing: free(schedule === 'hogwild' ? 0 : 1e-4), environments });
    t.like(report, { steps: STEPS, stopped: false });
    t.is(report.actionTiming?.actions, STEPS);
    t.is(returns.length, 2);
    if (schedule === 'synchronous') t.deepEqual(report.partitions.map(({ updates }) => updates), [STEPS - 64, STEPS - 64]);
  });
}

test.serial('workers that are killed while no task waits are replaced, and the run ends', async (t) => {
  let killed = 0;
  const { report } = await outcome({ partitions: 2, timing: free(1e-3) }, 1500, (simulation) => {
    simulation.on('progress', ({ step }) => {
      if (step > 0 && step < 1400 && killed < 4) simulation.kill(killed++ % 2);
    });
  });
  t.true(report.workerRestarts.length > 0);
  t.is(report.steps, 1500);
  t.true((report.actionTiming?.actions ?? 0) >= 1500);
});

test('a run continues from a checkpoint, and so do its counts', async (t) => {
  const simulation = await createSimulation({ ...SMALL, time: 'virtual', timing: free(0.001) });
  await simulation.run({ steps: 100 });
  const resumed = await resumeSimulation(simulation.encodeCheckpoint());
  await simulation.close();
  const report = await resumed.run({ steps: 50 });
  await resumed.close();
  t.is(report.steps, 50);
  t.is(report.actionTiming?.actions, 150);
});

test.serial('a network whose every action answers the observation before learns to balance CartPole all the same', async (t) => {
  const virtual = { compute: 5e-5, act: 2e-5, step: 0, actingMessageDelay: 1e-4 }; // an answer takes longer than a period
  const simulation = await createSimulation({ environment: 'CartPole-v1', seed: 1, steps: 3000, time: 'virtual', virtual, timing: free(2e-4) });
  const { actionTiming } = await simulation.run();
  const { meanReturn } = await simulation.evaluate({ episodes: 3 });
  await simulation.close();
  t.deepEqual(actionTiming?.age.histogram, [[1, 3000]]);
  t.true(meanReturn >= 100, `evaluation ${meanReturn}, chance is 22`);
});

test('sampled inference is refused where it is not possible, in one line', (t) => {
  const timing = free(0.001);
  const refused: [() => unknown, string][] = [
    [() => resolveSettings({ timing: { inference: 'soon' as 'sampled' } }), '"timing.inference" expected one of central, distributed, sampled, got "soon"'],
    [() => resolveSettings({ timing: { controlPeriod: 1 } }), '"timing.controlPeriod" expected 0, got 1; the environment waits for its action'],
    [() => resolveSettings({ timing: free(-1) }), '"timing.controlPeriod" expected a number >= 0 and <= 60, got -1'],
    [() => resolveSettings({ timing: free(61) }), '"timing.controlPeriod" expected a number >= 0 and <= 60, got 61'],
    [() => resolveSettings({ timing, rule: 'coagent' }), '"timing.inference" expected central or distributed for a rule that learns online'],
    [() => recordedOptions({ timing }), '"record" expected distributed inference'],
  ];
  for (const [action, message] of refused) {
    const error = t.throws(action);
    t.true(error instanceof Error && error.message.startsWith(message) && !error.message.includes('\n'), String(error));
  }
  t.is(resolveSettings({ time: 'virtual', timing: free(1e6) }).timing.controlPeriod, 1e6);
  t.is(resolveSettings({ timing: { inference: 'sampled' } }).timing.controlPeriod, 1e-3);
});
