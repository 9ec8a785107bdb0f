import { parseDistribution } from '../../src/entries/internals.js';
import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { resolveOscillationSettings } from '../../src/entries/study.js';
import { createDdpg, createSimulation, defineEnvironment, makeEnvironment, readJournal, rerunSimulation, resolveCertificateSettings, resolveBatchedSettings, resumeDdpg, resumeSimulation, type Trainer } from '../../src/index.js';
import { createEnvironment } from '../../src/environment/task.js';
import { tameAll } from './budget.js';
import type { FuzzCase } from './case.js';
import type { Draw } from './draw.js';
import { readOriginal } from './originals.js';
import { show, strangeData, strangeValue } from './strange.js';

const NEURONS = { environment: 'Pendulum-v1', rule: { name: 'broadcast', criticRate: 0.01 }, schedule: 'synchronous', partitions: 1, steps: 60, seed: 1, network: { hidden: [4], activation: 'tanh', observationTraces: [2], observationScale: [1, 1, 8] }, learning: { batch: 8, replay: 300, warmup: 20, discount: 0.97 }, exploration: { output: 0.5, finalFraction: 1 }, timing: { measureStaleness: true, workerTimeout: 30 }, lesion: { fraction: 0.5, step: 30, reinitialiseAt: null, evaluateEvery: 30 }, environments: 1, updateWindow: 'off', kernels: 'simd' };
const BACKPROPAGATED = { environment: 'Pendulum-v1', steps: 60, seed: 1, network: { hidden: [4] }, learning: { batch: 8, replay: 300, warmup: 20 }, exploration: { output: 0.5 } };
const RUN = { steps: 30, checkpointEvery: 10, episodes: 1, signal: new AbortController().signal };

/** What a call is given, typed as the library requires: the altered data is anything. */
type Any = (...given: unknown[]) => unknown;

/** A function of the library, and arguments that it takes. */
type Call = readonly [name: string, callee: Any, given: readonly unknown[]];

/** The calls that need nothing before them. */
const SINGLE: readonly Call[] = [
  ['Study.resolve', decentralisedVsDdpg.resolve as Any, [{ environments: ['Pendulum-v1'], algorithms: ['broadcast', { label: 'x', algorithm: 'ddpg', options: { learning: { batch: 8 } } }], seeds: 2, steps: 100, network: { hidden: [4] }, evaluation: { every: 10, episodes: 1, final: 1 } }]],
  ['resolveCertificateSettings', resolveCertificateSettings as Any, [{ environment: 'Pendulum-v1', steps: 60, network: { hidden: [4] } }]],
  ['resolveDenseSettings', resolveBatchedSettings as Any, [{ environment: 'Pendulum-v1', steps: 60, network: { hidden: [4] } }]],
  ['resolveOscillationSettings', resolveOscillationSettings as Any, [{ neurons: 4, duration: 1 }]],
  ['parseDistribution', (value) => parseDistribution('virtual.compute', value), [{ name: 'lognormal', median: 0.1, sigma: 1 }]],
  ['parseDistribution', (value) => parseDistribution('virtual.compute', value), [{ name: 'trace', values: [0.1, 0.2] }]],
  ['defineEnvironment', defineAndStep as Any, [{ id: 'Ball-v0', observationSpace: { kind: 'box', shape: [2], low: [-1, -1], high: [1, 1] }, actionSpace: { kind: 'discrete', count: 2 }, maxSteps: 10 }, { at: [0, 1], done: false }, [0, 0], 1]],
  ['resumeSimulation', closed(resumeSimulation as Any), [new Uint8Array(100)]],
  ['resumeDdpg', closed(resumeDdpg as Any), [new Uint8Array(100)]],
  ['readJournal', readJournal as Any, [new Uint8Array(100)]],
  ['rerunSimulation', closed(rerunSimulation as Any), [new Uint8Array(100), { threads: 1 }]],
];

/** A user's task that gives this state, this observation and this reward, whatever they are. */
function defineAndStep(definition: object, state: unknown, seen: number[], reward: number): void {
  const { family } = defineEnvironment({ ...definition, reset: () => state, step: () => ({ reward, terminated: false }), observe: () => seen } as unknown as Parameters<typeof defineEnvironment>[0]);
  const environment = createEnvironment(family.build({}), 1);
  environment.reset();
  environment.step(0);
}

/** The call, and whatever it makes is closed again. */
function closed(create: Any): Any {
  return async (...given) => {
    const made = await create(...given);
    if (typeof made === 'object' && made !== null && 'close' in made && typeof made.close === 'function') await (made.close as () => unknown)();
  };
}

const method = <Owner extends object>(owner: Owner, name: keyof Owner): Any => (owner[name] as unknown as Any).bind(owner);

/** Calls of the library with values that no caller should give. @param parent of the whole folders */
export function alterCall(draw: Draw, parent: string): FuzzCase {
  const words: string[] = [];
  const strange = (name: string, given: readonly unknown[], often = 1): unknown[] => {
    if (!draw.chance(often)) return [...given];
    const { data, words: done } = strangeData(draw, given);
    words.push(`${name}: ${done.join('; ')}`);
    return (Array.isArray(data) && data.length <= 5 ? data : [data]).map((each: unknown) => tameAll(each));
  };
  const kind = draw.weighted([[5, 'create'], [5, 'training'], [3, 'environment'], [3, 'single'], [2, 'resume']] as const);
  switch (kind) {
    case 'create': {
      const [name, create, options] = draw.pick<readonly [string, Any, object]>([['createSimulation', createSimulation as Any, NEURONS], ['createSimulation', createSimulation as Any, NEURONS], ['createDdpg', createDdpg as Any, BACKPROPAGATED]]);
      const given = strange(name, [options]);
      return callCase(words, () => closed(create)(...given));
    }
    case 'training': return callCase(words, callTraining(draw, strange));
    case 'environment': return callCase(words, callEnvironment(draw, strange));
    case 'single': {
      const [name, callee, given] = draw.pick(SINGLE);
      const altered = strange(name, given);
      return callCase(words, () => callee(...altered));
    }
    case 'resume': {
      const checkpoint = readOriginal(parent, 'synchronous')['checkpoint-60.bin'];
      const note = strangeValue(draw);
      words.push(`encodeCheckpoint: the note is ${show(note)}`);
      return callCase(words, async () => {
        const first = await resumeSimulation(checkpoint);
        try {
          await closed(resumeSimulation as Any)(method(first, 'encodeCheckpoint')(note));
        } finally {
          await first.close();
        }
      });
    }
  }
}

const callCase = (words: readonly string[], call: () => unknown): FuzzCase => ({ words, call, files: {}, adds: [] });

type Strange = (name: string, given: readonly unknown[], often?: number) => unknown[];

/** A training with strange arguments, one after another: each is refused in a clear error or done. */
function callTraining(draw: Draw, strange: Strange): () => Promise<void> {
  const neurons = draw.chance(0.7);
  const names = draw.pick([['run'], ['evaluate'], ['run', 'evaluate'], ['evaluateRandomPolicy'], ['watch'], ['lesion'], ['run', 'run'], ['evaluate', 'run', 'encodeWeights']]);
  const usual: Readonly<Record<string, readonly unknown[]>> = { run: [RUN], evaluate: [{ episodes: 1, signal: RUN.signal }], evaluateRandomPolicy: [{ episodes: 1 }], watch: [{ seed: 1 }], lesion: [['hidden1[0]']], encodeWeights: [] };
  const calls = names.map((name) => [name, strange(name, usual[name] ?? [])] as const);
  return async () => {
    const training: Trainer = neurons ? await createSimulation({ schedule: 'synchronous', partitions: 1, steps: 60, network: { hidden: [4] }, learning: { batch: 8, replay: 300, warmup: 20 } }) : await createDdpg({ steps: 60, network: { hidden: [4] }, learning: { batch: 8, replay: 300, warmup: 20 } });
    try {
      for (const [name, given] of calls) if (name in training) await method(training, name as keyof Trainer)(...given);
    } finally {
      await training.close();
    }
  };
}

/** An environment, and what is done in it. */
function callEnvironment(draw: Draw, strange: Strange): () => Promise<void> {
  const id = draw.pick(['Pendulum-v1', 'CartPole-v1', 'TMaze-v0', 'DelayedRecall-v0(delay=2,arms=3)', 'PendulumNoVel-v1']);
  const made = strange('makeEnvironment', [id, { seed: 1 }], 0.4);
  const action = strange('step', [id.startsWith('Pendulum') ? [0.5] : 1], 0.5);
  const state = strange('setState', [[0, 0, 1, 0, 5, 1]], 0.5);
  const reset = strange('reset', [{ seed: 1 }], 0.3);
  return async () => {
    const environment = (makeEnvironment as Any)(...made) as ReturnType<typeof makeEnvironment>;
    await method(environment, 'reset')(...reset);
    await method(environment, 'step')(...action);
    await method(environment, 'setState')(...state);
    environment.step(id.startsWith('Pendulum') ? [0] : 0);
  };
}
