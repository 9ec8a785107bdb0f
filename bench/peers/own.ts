import { createDdpg, createSimulation, type KernelName, type SimulationOptions } from '../../src/index.js';

/** Whatever takes part in the race: microseconds of one update, of those it made in so many seconds. */
export interface Racer {
  readonly name: string;
  readonly threads: number;
  measure(hidden: readonly number[], seconds: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Acrobot-v1 has 6 observations and 3 actions, where the peers' networks have 8 and 2: 4,803 weights against 4,866 at 64-64, and closer
 * at larger sizes. What is measured is training as it is, environment, replay and acting included; there are 16 updates for each step.
 */
const TASK = { environment: 'Acrobot-v1', learning: { batch: 64, warmup: 64, updatesPerStep: 16, replay: 50_000 } };

/** So small that nothing diverges in any number of updates; 0 would leave steps out. */
const RATE = 1e-7;

const WARMUP_STEPS = 200;

interface Trained {
  run(options: { steps: number; signal?: AbortSignal }): Promise<{ readonly updatesPerSecond: number }>;
  close(): Promise<void>;
}

/** One that is created where it is first needed, and stays at hand between its turns. */
function racer(name: string, threads: number, create: (hidden: readonly number[]) => Promise<Trained>): Racer {
  const ready = new Map<string, Trained>();
  return {
    name,
    threads,
    async measure(hidden, seconds) {
      const key = hidden.join();
      let trained = ready.get(key);
      if (trained === undefined) {
        trained = await create(hidden);
        ready.set(key, trained);
        await trained.run({ steps: WARMUP_STEPS, signal: AbortSignal.timeout(3000) });
      }
      const { updatesPerSecond } = await trained.run({ steps: 10_000_000, signal: AbortSignal.timeout(1000 * seconds) });
      return 1e6 / updatesPerSecond;
    },
    async close() {
      for (const trained of ready.values()) await trained.close();
      ready.clear();
    },
  };
}

/** This project's update under a rule: neurons divided over as many partitions as threads. */
export function measureOwnUpdate(rule: 'broadcast' | 'linear', threads: number, kernels: KernelName): Racer {
  const options: SimulationOptions = {
    ...TASK,
    kernels,
    rule: { name: rule, criticRate: RATE, outputRate: RATE, hiddenRate: RATE },
    schedule: 'hogwild',
    partitions: threads,
    timing: { ledger: false },
  };
  return racer(kernels === 'simd' ? `ganglion ${rule}` : `ganglion ${rule} ${kernels}`, threads, (hidden) => createSimulation({ ...options, network: { hidden } }));
}

/** This project's own DDPG, which runs on one thread. */
export function measureOwnDdpg(): Racer {
  const learning = { ...TASK.learning, actorRate: RATE, criticRate: RATE };
  return racer('ganglion ddpg', 1, (hidden) => createDdpg({ ...TASK, network: { hidden, activation: 'relu' }, learning }));
}
