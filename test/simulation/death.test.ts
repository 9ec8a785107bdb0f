import { createHash } from 'node:crypto';

import test from 'ava';

import { createSimulation, resolveSettings, type DeathReport, type DeathSettings, type SimulationOptions } from '../../src/index.js';
import { layeredTopology } from '../../src/network/topology.js';
import { DeathWatch, recovered } from '../../src/simulation/death.js';
import { readSafetensors } from './policy-reader.js';

const DEATH = { share: 0.3, step: 230, rebirth: 300, evaluateEvery: 120 } as const;

const WORLD = { compute: 'exponential(0.001)', delay: 'pareto(0.001, 1.5)', latency: 0.0005 };

const small = (rule: 'broadcast' | 'compatible' | 'coagent' | 'exact', partitions: number, death: Partial<DeathSettings> = DEATH): SimulationOptions => ({
  environment: 'Pendulum-v1',
  network: { hidden: [9, 7] },
  rule,
  schedule: 'synchronous',
  partitions,
  seed: 3,
  steps: 420,
  death,
  ...(rule !== 'coagent' && { learning: { batch: 8, warmup: 100, replay: 256 } }),
});

interface Trace {
  readonly weights: string;
  /** Of the learned numbers alone: which neurons are alive is left out. */
  readonly learned: string;
  readonly events: readonly string[];
  readonly returns: readonly number[];
  readonly death: DeathReport | undefined;
}

/** The report of a run in which somebody has died. */
function deathOf({ death }: Pick<Trace, 'death'>): DeathReport {
  if (death === undefined) throw new Error('nobody has died');
  return death;
}

/** Everything a run can be told apart by. */
async function trace(options: SimulationOptions, slices: readonly number[] = [420]): Promise<Trace> {
  const simulation = await createSimulation(options);
  const events: string[] = [];
  simulation.on('episode', (episode) => events.push(JSON.stringify(episode)));
  simulation.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  let death: DeathReport | undefined;
  for (const steps of slices) ({ death } = await simulation.run({ steps, episodes: 1 }));
  const file = simulation.encodeWeights();
  const weights = createHash('sha256').update(file).digest('hex');
  const tensors = Object.entries(readSafetensors(file).tensors).filter(([name]) => name !== 'alive');
  const learned = createHash('sha256').update(JSON.stringify(tensors.map(([name, { values }]) => [name, [...values]]))).digest('hex');
  const { returns } = await simulation.evaluate({ episodes: 1 });
  await simulation.close();
  return { weights, learned, events, returns, death };
}

const PARTITIONS = { broadcast: [2, 3, 7], compatible: [3], coagent: [3], exact: [3] };

for (const rule of ['broadcast', 'compatible', 'coagent', 'exact'] as const) {
  test.serial(`a synchronous run of ${rule} with death and rebirth is bit-identical on 1, ${PARTITIONS[rule].join(', ')} partitions`, async (t) => {
    const reference = await trace(small(rule, 1));
    for (const partitions of PARTITIONS[rule]) t.deepEqual(await trace(small(rule, partitions)), reference);
    t.like(reference.death, { share: 0.3, step: 230, rebirth: 300, episodes: 1 });
    t.is(deathOf(reference).neurons.length, 5);
    t.deepEqual(deathOf(reference).points.map(({ step }) => step), [350, 420]);
    t.is(deathOf(reference).points.at(-1)?.meanReturn, reference.returns[0]);
    t.not(deathOf(reference).before, deathOf(reference).after);
    t.not((await trace(small(rule, 1, {}))).weights, reference.weights);
  });
}

test.serial('until its death a run is the run without, and where evaluations fall changes nothing in it', async (t) => {
  const [alive, dying] = [await trace(small('broadcast', 2, {}), [230]), await trace(small('broadcast', 2), [230])];
  t.is(dying.learned, alive.learned);
  t.not(dying.weights, alive.weights); // the file tells who is alive
  t.deepEqual(dying.events, alive.events);
  t.is(alive.death, undefined);
  const { before, after, ...others } = deathOf(dying);
  t.is(before, alive.returns[0]);
  t.is(after, dying.returns[0]);
  t.like(others, { rebirth: null, points: [] });

  const whole = await trace(small('broadcast', 2));
  const seldom = await trace(small('broadcast', 2, { ...DEATH, evaluateEvery: 1000 }));
  t.deepEqual([seldom.weights, seldom.events], [whole.weights, whole.events]);
  const sliced = await trace(small('broadcast', 2), [100, 130, 70, 120]);
  t.deepEqual([sliced.weights, sliced.returns, sliced.death], [whole.weights, whole.returns, whole.death]);
});

test.serial('the rows of the dead stay as they are, and those born again go on learning', async (t) => {
  const rowOf = async (death: Partial<DeathSettings>, steps: number) => {
    const simulation = await createSimulation({ ...small('broadcast', 1, death), network: { hidden: [1] } });
    await simulation.run({ steps, episodes: 1 });
    const weights = Buffer.from(simulation.encodeWeights());
    await simulation.close();
    const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE())).toString()) as Record<string, { data_offsets: [number, number] }>;
    const [begin, end] = header['hidden1.weight'].data_offsets;
    const start = 8 + Number(weights.readBigUInt64LE());
    return weights.subarray(start + begin, start + end).toString('hex');
  };
  const dead = { share: 1, step: 230 };
  t.is(await rowOf(dead, 420), await rowOf({}, 230));
  const born = await rowOf({ ...dead, rebirth: 300 }, 300);
  t.not(born, await rowOf(dead, 300));
  t.not(await rowOf({ ...dead, rebirth: 300 }, 420), born);
});

test.serial('a death in evaluation only leaves the run as it was, and tells the return without the silenced', async (t) => {
  const alive = await trace(small('broadcast', 2, {}));
  const { death, ...others } = await trace(small('broadcast', 2, { share: 0.3, step: 'evaluation' }), [200, 220]);
  t.deepEqual(others.weights, alive.weights);
  t.deepEqual(others.returns, alive.returns);
  t.like(death, { step: 'evaluation', rebirth: null, before: alive.returns[0], points: [], recoverySteps: null });
  t.not(death?.after, death?.before);
});

test.serial('hogwild dies and is born again too, and reports it', async (t) => {
  const { death } = await trace({ ...small('broadcast', 2), schedule: 'hogwild' });
  t.like(death, { step: 230, rebirth: 300 });
  t.is(death?.points.length, 2);
});

test.serial('in a virtual world with barriers a run with death and rebirth is that of threads, bit for bit', async (t) => {
  for (const rule of ['broadcast', 'coagent'] as const) {
    const threads = await trace(small(rule, 2));
    const virtual = await trace({ ...small(rule, 3), schedule: 'virtual', virtual: { discipline: 'synchronous', ...WORLD } });
    t.deepEqual({ ...virtual, events: [] }, { ...threads, events: [] }); // metrics tell the virtual time
  }
});

test.serial('in a virtual world without barriers a run with death and rebirth repeats itself, and is not the run without', async (t) => {
  const options = (death: Partial<DeathSettings>): SimulationOptions => ({ ...small('broadcast', 3, death), schedule: 'virtual', virtual: { discipline: 'hogwild', ...WORLD, loss: 0.2 } });
  const once = await trace(options(DEATH));
  t.deepEqual(await trace(options(DEATH)), once);
  t.like(once.death, { step: 230, rebirth: 300 });
  t.not((await trace(options({}))).weights, once.weights);
});

test.serial('bounded, poisson and versioned runs die and are born again too, and end', async (t) => {
  const schedules: SimulationOptions[] = [
    { schedule: 'bounded' },
    { schedule: 'poisson', timing: { clocks: 'neuron' } },
    { schedule: 'hogwild', timing: { reads: 'versioned' } },
  ];
  for (const options of schedules) {
    const { death } = await trace({ ...small('broadcast', 2), ...options });
    t.like(death, { step: 230, rebirth: 300 });
  }
});

/** A watch over a run that never was: each evaluation gives the next of these returns. */
async function watch(returns: readonly (number | undefined)[], death: Partial<DeathSettings> = { share: 0.5, step: 100 }) {
  const calls: string[] = [];
  const reaper = { lesion: () => calls.push('kill'), reinitialise: () => calls.push('bear'), setEnabled: (_: unknown, alive: boolean) => calls.push(alive ? 'speak' : 'silence') };
  const topology = layeredTopology({ observations: 3, hidden: [4], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' });
  const watched = new DeathWatch(resolveSettings({ network: { hidden: [4] }, steps: 200, death }), topology, reaper);
  const queue = [...returns];
  const halts = [];
  for (let step = 0; step <= 200; step = watched.nextHalt(step)) {
    halts.push(step);
    await watched.attend(step, 1, () => Promise.resolve(queue.shift()));
    await watched.attend(step, 1, () => Promise.resolve(queue.shift())); // as where a run ends here and another begins
  }
  return { calls, halts, report: watched.report(), left: queue.length };
}

test('recovery is the first evaluation that is back to within 5 % of the way from the random policy', async (t) => {
  const evaluations = [110, 120, 130, 140, 150, 160, 170, 180, 190, 200];
  const { calls, halts, report, left } = await watch([-200, -900, -800, -300, -260, -250, -245, -500, -500, -500, -500, -500]);
  t.deepEqual([halts, calls, left], [[0, 100, ...evaluations], ['silence', 'kill'], 0]);
  const near = -200 - 0.05 * (-200 - (report?.randomReturn ?? NaN));
  t.true(near > -250 && near < -245, String(near));
  t.like(report, { before: -200, after: -900, loss: 700, lowest: -900, recoverySteps: 50, rebirth: null });
  t.deepEqual(report?.points.map(({ step }) => step), evaluations);
});

test('what never comes back has no recovery, and what loses nothing needs none', async (t) => {
  t.is((await watch([-200, ...new Array<number>(11).fill(-900)])).report?.recoverySteps, null);
  t.like((await watch([-200, -190, ...new Array<number>(10).fill(-900)])).report, { recoverySteps: 0, lowest: -900 }); // lost later, by learning
  t.true(recovered(-1310, { before: -1300, randomReturn: -1000 })); // worse than random before: within 5 % of the distance
  t.false(recovered(-1316, { before: -1300, randomReturn: -1000 }));
});

test('an evaluation that is cut short is made up for, and nobody dies unmeasured', async (t) => {
  const { calls, report } = await watch([-200, undefined, -210, -900, ...new Array<number>(10).fill(-500)], { share: 0.5, step: 100, rebirth: 105, evaluateEvery: 50 });
  t.deepEqual(calls, ['silence', 'speak', 'silence', 'kill', 'bear']);
  t.like(report, { before: -210, after: -900, rebirth: 105 });
  t.is((await watch([undefined, undefined])).report, undefined);
});
