import type { Layer } from '../../options/resolve.js';
import type { OpenCreditName } from '../../credit/registry.js';
import { methodNamed, type MethodName } from './methods.js';

/** What a task ships with under any method, under those of a kind, and under one, where that is not the general default. */
type TaskDefaults = Partial<Record<'all' | 'value' | 'policy' | MethodName, Layer>>;

/** Of tasks that need memory. */
const REMEMBERING: Layer = { network: { neuronModel: 'leaky', membraneTimeConstant: 16 }, rollout: { steps: 20 }, learning: { rate: 3e-3, epsilon: 1e-3 } };

/** Found with seeds 11 to 15: docs/research.md, entry 33. */
const TASKS: Readonly<Partial<Record<string, TaskDefaults>>> = {
  'CartPole-v1': {
    all: { network: { observationScale: [2.4, 2, 0.21, 2] } }, // two components are unbounded
    value: { learning: { rate: 2e-3 }, targets: { period: 200 }, behaviour: { annealing: 0.2 } },
    a2c: { learning: { rate: 7e-3 } },
  },
  'Acrobot-v1': {
    all: { network: { observationScale: [1, 1, 1, 1, 4, 9] }, learning: { rewardScale: 0.1 } }, // speeds seldom come near their bounds
    value: { targets: { period: 5000 } },
    policy: { rollout: { steps: 20 } },
    a3c: { learning: { rate: 2e-3 } },
    a2c: { learning: { rate: 1e-2 } },
  },
  'MountainCar-v0': {
    all: { learning: { rewardScale: 0.1 } },
    value: { network: { hiddenGain: 8 }, learning: { rate: 2e-3 }, behaviour: { annealing: 0.3 }, steps: 1_000_000 },
  },
  'TMaze-v0': { policy: REMEMBERING },
  'DelayedRecall-v0': { policy: REMEMBERING },
  'Pendulum-v1': {
    policy: {
      learning: { discount: 0.95, rewardScale: 0.02, epsilon: 1e-4 }, rollout: { steps: 10 }, policy: { entropyWeight: 1e-3, separateTrunks: true }, steps: 1_000_000,
    },
    a2c: { learning: { rate: 3e-3 } },
  },
};

/** The most local credit that solves each task, with what it needs besides the task's defaults: docs/research.md, entries 33 and 34. */
const LOCAL: readonly { readonly environments: readonly string[]; readonly credit: OpenCreditName; readonly beside?: string }[] = [
  { environments: ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0'], credit: 'broadcast' },
  { environments: ['TMaze-v0', 'DelayedRecall-v0'], credit: 'none', beside: 'under a3c' },
  { environments: ['Pendulum-v1'], credit: 'layer-heads', beside: 'with --hidden 64,64' },
];

/** The same in words, for `--help`. */
export const LOCAL_CREDITS = `the most local that solves a task: ${LOCAL.map(({ environments, credit, beside }) => [credit, 'on', environments.join(', '), beside].filter((word) => word !== undefined).join(' ')).join('; ')}`;

/** The layers of shipped options for a task and a method, the first of which wins. */
export function shippedOptions(environment: string, method: MethodName): Layer[] {
  const task = TASKS[environment];
  return [task?.[method], task?.[methodNamed(method).kind], task?.all].filter((layer) => layer !== undefined);
}
