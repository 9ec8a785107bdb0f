import { createHash } from 'node:crypto';

import test from 'ava';

import { createSimulation, resolveSettings, type LesionReport, type LesionSettings, type SimulationOptions } from '../../src/index.js';
import { layeredTopology } from '../../src/network/topology.js';
import { LesionProtocol, recovered } from '../../src/simulation/lesion.js';
import { readSafetensors } from './policy-reader.js';

const LESION = { fraction: 0.3, step: 230, reinitialiseAt: 300, evaluateEvery: 120 } as const;

const WORLD = { compute: 'exponential(0.001)', learningMessageDelay: 'pareto(0.001, 1.5)', actingMessageDelay: 0.0005 };

const small = (rule: 'broadcast' | 'compatible' | 'coagent' | 'exact', partitions: number, lesion: Partial<LesionSettings> = LESION): SimulationOptions => ({
  environment: 'Pendulum-v1',
  network: { hidden: [9, 7] },
  rule,
  schedule: 'synchronous',
  partitions,
  seed: 3,
  steps: 420,
  lesion,
  ...(rule !== 'coagent' && { learning: { batch: 8, warmup: 100, replay: 256 } }),
});

interface Trace {
  readonly weights: string;
  /** Of the learned numbers alone: which neurons are enabled is left out. */
  readonly learned: string;
  readonly events: readonly string[];
  readonly returns: readonly number[];
  readonly lesion: LesionReport | undefined;
}

/** The report of a run with a lesion. */
function lesionOf({ lesion }: Pick<Trace, 'lesion'>): LesionReport {
  if (lesion === undefined) throw new Error('no lesion');
  return lesion;
}

/** Everything a run can be told apart by. */
async function trace(options: SimulationOptions, slices: readonly number[] = [420]): Promise<Trace> {
  const simulation = await createSimulation(options);
  const events: string[] = [];
  simulation.on('episode', (episode) => events.push(JSON.stringify(episode)));
  simulation.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  let lesion: LesionReport | undefined;
  for (const steps of slices) ({ lesion } = await simulation.run({ steps, episodes: 1 }));
  const file = simulation.encodeWeights();
  const weights = createHash('sha256').update(file).digest('hex');
  const tensors = Object.entries(readSafetensors(file).tensors).filter(([name]) => name !== 'alive');
  const learned = createHash('sha256').update(JSON.stringify(tensors.map(([name, { values }]) => [name, [...values]]))).digest('hex');
  const { returns } = await simulation.evaluate({ episodes: 1 });
  await simulation.close();
  return { weights, learned, events, returns, lesion };
}

const PARTITIONS = { broadcast: [2, 3, 7], compatible: [3], coagent: [3], exact: [3] };

for (const rule of ['broadcast', 'compatible', 'coagent', 'exact'] as const) {
  test.serial(`a synchronous run of ${rule} with a lesion and re-initialisation is bit-identical on 1, ${PARTITIONS[rule].join(', ')} partitions`, async (t) => {
    const reference = await trace(small(rule, 1));
    for (const partitions of PARTITIONS[rule]) t.deepEqual(await trace(small(rule, partitions)), reference);
    t.like(reference.lesion, { fraction: 0.3, step: 230, reinitialisedAt: 300, episodes: 1 });
    t.is(lesionOf(reference).neurons.length, 5);
    t.deepEqual(lesionOf(reference).points.map(({ step }) => step), [350, 420]);
    t.is(lesionOf(reference).points.at(-1)?.meanReturn, reference.returns[0]);
    t.not(lesionOf(reference).before, lesionOf(reference).after);
    t.not((await trace(small(rule, 1, {}))).weights, reference.weights);
  });
}

test.serial('until the lesion a run equals the run without, and the steps of evaluations change nothing', async (t) => {
  const [alive, dying] = [await trace(small('broadcast', 2, {}), [230]), await trace(small('broadcast', 2), [230])];
  t.is(dying.learned, alive.learned);
  t.not(dying.weights, alive.weights); // the file tells who is alive
  t.deepEqual(dying.events, alive.events);
  t.is(alive.lesion, undefined);
  const { before, after, ...others } = lesionOf(dying);
  t.is(before, alive.returns[0]);
  t.is(after, dying.returns[0]);
  t.like(others, { reinitialisedAt: null, points: [] });

  const whole = await trace(small('broadcast', 2));
  const seldom = await trace(small('broadcast', 2, { ...LESION, evaluateEvery: 1000 }));
  t.deepEqual([seldom.weights, seldom.events], [whole.weights, whole.events]);
  const sliced = await trace(small('broadcast', 2), [100, 130, 70, 120]);
  t.deepEqual([sliced.weights, sliced.returns, sliced.lesion], [whole.weights, whole.returns, whole.lesion]);
});

test.serial('rows of lesioned neurons stay as they are, and re-initialised ones learn again', async (t) => {
  const rowOf = async (lesion: Partial<LesionSettings>, steps: number) => {
    const simulation = await createSimulation({ ...small('broadcast', 1, lesion), network: { hidden: [1] } });
    await simulation.run({ steps, episodes: 1 });
    const weights = Buffer.from(simulation.encodeWeights());
    await simulation.close();
    const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE())).toString()) as Record<string, { data_offsets: [number, number] }>;
    const [begin, end] = header['hidden1.weight'].data_offsets;
    const start = 8 + Number(weights.readBigUInt64LE());
    return weights.subarray(start + begin, start + end).toString('hex');
  };
  const dead = { fraction: 1, step: 230 };
  t.is(await rowOf(dead, 420), await rowOf({}, 230));
  const born = await rowOf({ ...dead, reinitialiseAt: 300 }, 300);
  t.not(born, await rowOf(dead, 300));
  t.not(await rowOf({ ...dead, reinitialiseAt: 300 }, 420), born);
});

test.serial('a lesion in evaluation only leaves the run as it was, and reports the return without those neurons', async (t) => {
  const alive = await trace(small('broadcast', 2, {}));
  const { lesion, ...others } = await trace(small('broadcast', 2, { fraction: 0.3, step: 'evaluation' }), [200, 220]);
  t.deepEqual(others.weights, alive.weights);
  t.deepEqual(others.returns, alive.returns);
  t.like(lesion, { step: 'evaluation', reinitialisedAt: null, before: alive.returns[0], points: [], recoverySteps: null });
  t.not(lesion?.after, lesion?.before);
});

test.serial('hogwild runs have lesions and re-initialisation too, and report them', async (t) => {
  const { lesion } = await trace({ ...small('broadcast', 2), schedule: 'hogwild' });
  t.like(lesion, { step: 230, reinitialisedAt: 300 });
  t.is(lesion?.points.length, 2);
});

test.serial('in virtual time with barriers a run with a lesion and re-initialisation is that of threads, bit for bit', async (t) => {
  for (const rule of ['broadcast', 'coagent'] as const) {
    const threads = await trace(small(rule, 2));
    const virtual = await trace({ ...small(rule, 3), time: 'virtual', schedule: 'synchronous', virtual: { ...WORLD } });
    t.deepEqual({ ...virtual, events: [] }, { ...threads, events: [] }); // metrics tell the virtual time
  }
});

test.serial('in virtual time without barriers a run with a lesion and re-initialisation repeats itself, and is not the run without', async (t) => {
  const options = (lesion: Partial<LesionSettings>): SimulationOptions => ({ ...small('broadcast', 3, lesion), time: 'virtual', schedule: 'hogwild', virtual: { ...WORLD, messageLoss: 0.2 } });
  const once = await trace(options(LESION));
  t.deepEqual(await trace(options(LESION)), once);
  t.like(once.lesion, { step: 230, reinitialisedAt: 300 });
  t.not((await trace(options({}))).weights, once.weights);
});

test.serial('bounded, poisson and versioned runs have them too, and end', async (t) => {
  const schedules: SimulationOptions[] = [
    { schedule: 'bounded' },
    { schedule: 'poisson', timing: { clocks: 'neuron' } },
    { schedule: 'hogwild', timing: { reads: 'versioned' } },
  ];
  for (const options of schedules) {
    const { lesion } = await trace({ ...small('broadcast', 2), ...options });
    t.like(lesion, { step: 230, reinitialisedAt: 300 });
  }
});

/** A protocol without a run: each evaluation gives the next of these returns. */
async function follow(returns: readonly (number | undefined)[], lesion: Partial<LesionSettings> = { fraction: 0.5, step: 100 }) {
  const calls: string[] = [];
  const target = { lesion: () => calls.push('lesion'), reinitialise: () => calls.push('reinitialise'), setEnabled: (_: unknown, enabled: boolean) => calls.push(enabled ? 'enable' : 'disable') };
  const topology = layeredTopology({ observations: 3, hidden: [4], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' });
  const protocol = new LesionProtocol(resolveSettings({ network: { hidden: [4] }, steps: 200, lesion }), topology, target);
  const queue = [...returns];
  const pauses = [];
  for (let step = 0; step <= 200; step = protocol.nextPause(step)) {
    pauses.push(step);
    await protocol.attend(step, 1, () => Promise.resolve(queue.shift()));
    await protocol.attend(step, 1, () => Promise.resolve(queue.shift())); // as where a run ends here and another begins
  }
  return { calls, pauses, report: protocol.report(), left: queue.length };
}

test('recovery is the first evaluation that is back to within 5 % of the way from the random policy', async (t) => {
  const evaluations = [110, 120, 130, 140, 150, 160, 170, 180, 190, 200];
  const { calls, pauses, report, left } = await follow([-200, -900, -800, -300, -260, -250, -245, -500, -500, -500, -500, -500]);
  t.deepEqual([pauses, calls, left], [[0, 100, ...evaluations], ['disable', 'lesion'], 0]);
  const near = -200 - 0.05 * (-200 - (report?.randomReturn ?? NaN));
  t.true(near > -250 && near < -245, String(near));
  t.like(report, { before: -200, after: -900, returnDrop: 700, lowest: -900, recoverySteps: 50, reinitialisedAt: null });
  t.deepEqual(report?.points.map(({ step }) => step), evaluations);
});

test('what never comes back has no recovery, and what loses nothing needs none', async (t) => {
  t.is((await follow([-200, ...new Array<number>(11).fill(-900)])).report?.recoverySteps, null);
  t.like((await follow([-200, -190, ...new Array<number>(10).fill(-900)])).report, { recoverySteps: 0, lowest: -900 }); // lost later, by learning
  t.true(recovered(-1310, { before: -1300, randomReturn: -1000 })); // worse than random before: within 5 % of the distance
  t.false(recovered(-1316, { before: -1300, randomReturn: -1000 }));
});

test('an evaluation that was cut short is repeated, and no lesion goes unmeasured', async (t) => {
  const { calls, report } = await follow([-200, undefined, -210, -900, ...new Array<number>(10).fill(-500)], { fraction: 0.5, step: 100, reinitialiseAt: 105, evaluateEvery: 50 });
  t.deepEqual(calls, ['disable', 'enable', 'disable', 'lesion', 'reinitialise']);
  t.like(report, { before: -210, after: -900, reinitialisedAt: 105 });
  t.is((await follow([undefined, undefined])).report, undefined);
});
