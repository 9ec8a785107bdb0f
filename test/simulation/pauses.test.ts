import { createHash } from 'node:crypto';

import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import { createSimulation, resumeSimulation, type Simulation, type SimulationOptions } from '../../src/index.js';

const REST = 280; // a virtual world comes to rest at the last step of the plan
const STEPS = 340;
const SMALL: SimulationOptions = { network: { hidden: [3, 2] }, learning: { warmup: 230, batch: 4, replay: 256 }, steps: REST, seed: 2 };

/** What a run comes to, and what there was to see of it. */
interface Outcome {
  readonly weights: string;
  readonly seconds: number | undefined;
  readonly episodes: readonly string[];
  readonly metrics: readonly string[];
  readonly updates: readonly number[];
  readonly staleness: string;
}

/** Goes through a run in its own way: from a simulation at its beginning to one at its end, which may be another. */
type Way = (simulation: Simulation, tell: (next: Simulation) => void) => Promise<Simulation>;

async function outcome(options: SimulationOptions, way: Way): Promise<Outcome> {
  const episodes: string[] = [];
  const metrics: string[] = [];
  function listen(simulation: Simulation): void {
    simulation.on('episode', (episode) => episodes.push(JSON.stringify(episode)));
    simulation.on('metrics', ({ step, updates, virtualSeconds, weightNorm, ...others }) => {
      if (step === STEPS) metrics.push(JSON.stringify({ step, updates, virtualSeconds, weightNorm, ...others }));
    });
  }
  const first = await createSimulation({ ...SMALL, ...options });
  listen(first);
  const last = await way(first, listen);
  let seconds: number | undefined;
  last.once('progress', (progress) => { seconds = progress.virtualSeconds; });
  const { partitions } = await last.run({ steps: 1, signal: AbortSignal.abort() });
  const weights = createHash('sha256').update(last.encodeWeights()).digest('hex');
  const { staleness } = last.staleness();
  await last.close();
  return { weights, seconds, episodes, metrics, updates: partitions.map(({ updates }) => updates), staleness: JSON.stringify(staleness) };
}

const plain: Way = async (simulation) => {
  await simulation.run({ steps: STEPS });
  return simulation;
};

/** With a checkpoint every seven steps, one of them encoded now and then. */
const checkpointing: Way = async (simulation) => {
  simulation.on('checkpoint', ({ step }) => {
    if (step % 5 === 0) simulation.encodeCheckpoint();
  });
  await simulation.run({ steps: STEPS, checkpointEvery: 7 });
  return simulation;
};

/** In slices, looked at between them. */
const halting = (cuts: readonly number[]): Way => async (simulation) => {
  for (const until of [...cuts, STEPS]) {
    await simulation.run({ steps: until - simulation.step });
    await simulation.evaluate({ episodes: 1 });
    simulation.recordEpisode({ steps: 1 });
  }
  return simulation;
};

/** In slices, each in a simulation of its own. */
const resuming = (cuts: readonly number[]): Way => async (simulation, tell) => {
  let current = simulation;
  for (const until of [...cuts, STEPS]) {
    await current.run({ steps: until - current.step });
    if (until === STEPS) break;
    const bytes = current.encodeCheckpoint({ words: 'kept' });
    await current.close();
    current = await resumeSimulation(bytes);
    tell(current);
  }
  return current;
};

const SLOW = { compute: 'exponential(0.002)', act: 'exponential(0.0003)', step: 'pareto(0.002, 2.5)', learningMessageDelay: 'lognormal(0.004, 0.5)', actingMessageDelay: 'exponential(0.0005)' } as const;

/** Worlds in which as many different things as possible are under way. */
const WORLDS: Record<string, SimulationOptions> = {
  'several environments, lost messages and stragglers': { environments: 3, virtual: { ...SLOW, messageLoss: 0.2, stragglers: 0.34, slowdown: 5 } },
  'few cores, and threads that sleep and wait for one another': { virtual: { ...SLOW, cores: 2, wake: 'exponential(0.0002)', peerWait: true } },
};

const cutsOf = fc.tuple(fc.integer({ min: 231, max: REST - 1 }), fc.integer({ min: REST + 1, max: STEPS - 1 }));

/** Holds each way through a run against the plain one. */
async function holdsTo(t: ExecutionContext, options: SimulationOptions, seed: number): Promise<void> {
  const virtual: SimulationOptions = { time: 'virtual', partitions: 3, ...options };
  const expected = await outcome(virtual, plain);
  t.true(expected.updates.every((updates) => updates > 20), String(expected.updates));
  t.deepEqual(await outcome(virtual, checkpointing), expected);
  await fc.assert(
    fc.asyncProperty(cutsOf, async (cuts) => {
      t.deepEqual(await outcome(virtual, halting(cuts)), expected, `halts at ${cuts.join()}`);
      t.deepEqual(await outcome(virtual, resuming(cuts)), expected, `resumed at ${cuts.join()}`);
    }),
    { seed, numRuns: 1 },
  );
}

const SCHEDULES = ['hogwild', 'bounded', 'poisson', 'synchronous'] as const;

SCHEDULES.forEach((schedule, seed) => {
  for (const [name, world] of Object.entries(WORLDS)) {
    test.serial(`${schedule}, ${name}: looking, stopping, evaluating, checkpointing and resuming change nothing`, async (t) => {
      await holdsTo(t, { ...world, schedule }, seed);
    });
  }
});

/** Networks that remember, sampled inference, and neurons that die and are born. */
const OTHERS: Record<string, SimulationOptions> = {
  'leaky integrators and observation traces': { environment: 'PendulumNoVel-v1', rule: 'three-factor', network: { hidden: [4], recurrent: 0.5, recurrentTimeConstant: 4, observationTraces: [2, 4] }, virtual: SLOW },
  'membranes': { network: { hidden: [4], neuronModel: 'spiking', threshold: 0.5, refractory: 1 }, virtual: SLOW },
  'sampled inference': { environments: 2, exploration: { correlation: 0.5 }, timing: { inference: 'sampled', controlPeriod: 0.003 }, schedule: 'poisson', virtual: SLOW },
  'a lesion and a re-initialisation': { lesion: { fraction: 0.5, step: 250, reinitialiseAt: 265 }, virtual: SLOW },
};

Object.entries(OTHERS).forEach(([name, options], seed) => {
  test.serial(`${name}: looking, stopping, evaluating, checkpointing and resuming change nothing in virtual time`, async (t) => {
    await holdsTo(t, { partitions: 2, ...options }, seed);
  });
});
