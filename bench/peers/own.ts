import { createActorLearners, type KernelName } from '../../src/entries/internals.js';
import { createDdpg, createSimulation, type SimulationOptions } from '../../src/index.js';

/** What is raced over: bare updates; whole steps of training on Pendulum-v1, each of the environment and one update; or environment steps of actor-critics on CartPole-v1. */
export const EVENTS = ['update', 'step', 'a3c'] as const;
export type Event = (typeof EVENTS)[number];

/** Whatever takes part in the race. */
export interface Racer {
  readonly name: string;
  readonly threads: number;
  readonly events: readonly Event[];
  /** Microseconds of one update, or step, of those it made in so many seconds. */
  measure(event: Event, hidden: readonly number[], seconds: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Acrobot-v1 has 6 observations and 3 actions, where the peers' networks have 8 and 2: 4,803 weights against 4,866 at 64-64, and closer
 * at larger sizes. What is measured is training as it is, environment, replay and acting included; there are 16 updates for each step.
 */
const UPDATES = { environment: 'Acrobot-v1', learning: { batch: 64, warmup: 64, updatesPerStep: 16, replay: 50_000 } };

const STEPS = { environment: 'Pendulum-v1', learning: { batch: 64, warmup: 64, updatesPerStep: 1, replay: 50_000 } };

/** What the peers do: docs/performance.md. */
const ROLLOUTS = { environment: 'CartPole-v1', actors: 8, rollout: { steps: 5 } };
const TASKS = { update: UPDATES, step: STEPS, a3c: UPDATES };

/** So small that nothing diverges in any number of updates; 0 would leave steps out. */
const RATE = 1e-7;

const WARMUP_STEPS = 200;

interface Trained {
  run(options: { steps: number; signal?: AbortSignal }): Promise<{ readonly updatesPerSecond: number; readonly stepsPerSecond: number }>;
  close(): Promise<void>;
}

/** One that is created where it is first needed, and stays at hand between its turns. */
function racer(name: string, threads: number, events: readonly Event[], create: (task: typeof UPDATES, hidden: readonly number[]) => Promise<Trained>): Racer {
  const ready = new Map<string, Trained>();
  return {
    name,
    threads,
    events,
    async measure(event, hidden, seconds) {
      const key = `${event} ${hidden.join()}`;
      let trained = ready.get(key);
      if (trained === undefined) {
        trained = await create(TASKS[event], hidden);
        ready.set(key, trained);
        await trained.run({ steps: WARMUP_STEPS, signal: AbortSignal.timeout(3000) });
      }
      const { updatesPerSecond, stepsPerSecond } = await trained.run({ steps: 10_000_000, signal: AbortSignal.timeout(1000 * seconds) });
      return 1e6 / (event === 'update' ? updatesPerSecond : stepsPerSecond);
    },
    async close() {
      for (const trained of ready.values()) await trained.close();
      ready.clear();
    },
  };
}

const nameOf = (algorithm: string, kernels: KernelName) => (kernels === 'simd' ? `ganglion ${algorithm}` : `ganglion ${algorithm} ${kernels}`);

/** This project's update under a rule: neurons divided over as many partitions as threads. */
export function measureOwnUpdate(rule: 'broadcast' | 'linear', threads: number, kernels: KernelName): Racer {
  const options: SimulationOptions = {
    kernels,
    rule: { name: rule, criticRate: RATE, outputRate: RATE, hiddenRate: RATE },
    schedule: 'hogwild',
    partitions: threads,
    timing: { measureStaleness: false },
  };
  return racer(nameOf(rule, kernels), threads, ['update', 'step'], (task, hidden) => createSimulation({ ...options, ...task, network: { hidden } }));
}

/** This project's own DDPG. */
export function measureOwnDdpg(threads: number, kernels: KernelName): Racer {
  return racer(nameOf('ddpg', kernels), threads, ['update', 'step'], (task, hidden) => createDdpg({ kernels, ...task, network: { hidden, activation: 'relu' }, learning: { ...task.learning, actorRate: RATE, criticRate: RATE }, threads }));
}

/** This project's A3C and A2C, with as many worker threads. */
export function measureOwnActors(algorithm: 'a3c' | 'a2c', threads: number, kernels: KernelName): Racer {
  return racer(nameOf(algorithm, kernels), threads, ['a3c'], (_task, hidden) => createActorLearners({ ...ROLLOUTS, algorithm, kernels, workers: threads, network: { hidden } }));
}
