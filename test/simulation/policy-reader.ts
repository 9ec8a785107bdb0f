// Acts from the bytes of a weights.safetensors alone, as docs/weights.md describes it: nothing of the network room is used.

interface Description {
  readonly version: number;
  readonly neurons: number;
  readonly inputs: { readonly observations: number; readonly traces: number; readonly recurrent: number; readonly kept: number };
  readonly populations: readonly PopulationDescription[];
  readonly action: { readonly kind: 'box' } | { readonly kind: 'discrete'; readonly count: number; readonly values: ValueDescription | null };
}

interface ValueDescription {
  readonly dueling: boolean;
  readonly atoms: number;
  readonly lowest: number;
  readonly highest: number;
}

interface PopulationDescription {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly activation: 'tanh' | 'relu' | 'logistic' | 'linear';
  readonly sparse: boolean;
  readonly membrane: { readonly kind: 'leaky' | 'spiking'; readonly kept: number; readonly threshold: number; readonly refractory: number } | null;
  readonly inhibition: { readonly kind: 'winners' | 'divisive'; readonly amount: number; readonly pool: number } | null;
}

interface TensorEntry {
  readonly dtype: 'F32' | 'F64' | 'I32';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
  /** Byte at which the numbers begin. */
  readonly begin: number;
}

const NUMBERS = {
  F32: (view: DataView, at: number) => view.getFloat32(at, true),
  F64: (view: DataView, at: number) => view.getFloat64(at, true),
  I32: (view: DataView, at: number) => view.getInt32(at, true),
};

export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const begin = 8 + Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, begin))) as { __metadata__: Record<string, string> } & Record<string, TensorEntry>;
  const read = ({ dtype, shape, data_offsets: [first, last] }: TensorEntry) => {
    const size = dtype === 'F64' ? 8 : 4;
    return { shape, values: Array.from({ length: (last - first) / size }, (_, i) => NUMBERS[dtype](view, begin + first + i * size)) };
  };
  return { metadata, tensors: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, read(entry)])), begin };
}

const SIGMA = {
  tanh: Math.tanh,
  relu: (z: number) => Math.max(0, z),
  logistic: (z: number) => 1 / (1 + Math.exp(-z)),
  linear: (z: number) => z,
};

const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

const indexOfHighest = (values: readonly number[]) => values.indexOf(Math.max(...values));

/** Action values from outputs that are advantages, atoms, or both. */
function valuesOf(outputs: readonly number[], count: number, { dueling, atoms, lowest, highest }: ValueDescription): number[] {
  const logit = (a: number, i: number) => outputs[a * atoms + i];
  const mean = (i: number) => Array.from({ length: count }, (_, a) => logit(a, i)).reduce((sum, each) => sum + each, 0) / count;
  return Array.from({ length: count }, (_, a) => {
    const x = Array.from({ length: atoms }, (__, i) => logit(a, i) + (dueling ? outputs[count * atoms + i] - mean(i) : 0));
    if (atoms === 1) return x[0];
    const odds = x.map((each) => Math.exp(each - Math.max(...x)));
    const all = odds.reduce((sum, each) => sum + each, 0);
    return odds.reduce((sum, each, i) => sum + (each / all) * (lowest + (i * (highest - lowest)) / (atoms - 1)), 0);
  });
}

export interface ReadPolicy {
  reset(): void;
  act(observation: ArrayLike<number>): number | number[];
  /** Voltages of the output population at the last `act`. */
  outputs(): readonly number[];
}

/** @param replica of a batch of networks */
export function readPolicy(file: Uint8Array, replica = 0): ReadPolicy {
  const { metadata, tensors } = readSafetensors(file);
  const policy = JSON.parse(metadata.policy) as Description;
  const { observations, traces, recurrent, kept: keptNumbers } = policy.inputs;
  const replicas = 'replicas' in metadata ? Number(metadata.replicas) : 1;
  const numbers = (name: string): readonly number[] => (name in tensors ? tensors[name].values : []);
  const learned = (name: string): readonly number[] => {
    const values = numbers(name);
    const size = values.length / replicas;
    return values.slice(replica * size, (replica + 1) * size);
  };
  const constants = numbers('traces.timeConstant');
  const voltages = new Float32Array(policy.neurons);
  const firstKept = 1 + observations + traces + recurrent;
  let integrators: number[][] = [];
  let context = new Float32Array(0);
  let kept = new Float32Array(0);
  const isAlive = (neuron: number) => !('alive' in tensors) || numbers('alive')[neuron] === 1;

  function remember(x: Float32Array): number[] {
    return [...x].flatMap((seen, j) => {
      let faster = seen;
      return constants.map((constant, i) => {
        integrators[j][i] += (seen - integrators[j][i]) / constant;
        const difference = faster - integrators[j][i];
        faster = integrators[j][i];
        const deviation = numbers('traces.sd')[j * constants.length + i];
        return deviation === 0 ? 0 : clip(difference / deviation, -4, 4);
      });
    });
  }

  function weigh({ name, begin, end, sparse }: PopulationDescription): Float32Array {
    const [weights, biases, sources, rows] = [learned(`${name}.weight`), learned(`${name}.bias`), numbers(`${name}.sources`), numbers(`${name}.rows`)];
    return Float32Array.from({ length: end - begin }, (_, i) => {
      const [first, last] = sparse ? [rows[i], rows[i + 1]] : [i * sources.length, (i + 1) * sources.length];
      let sum = biases.length === 0 ? 0 : biases[i];
      for (let at = first; at < last; at += 1) sum += weights[at] * voltages[sources[sparse ? at : at - first]];
      return sum;
    });
  }

  function inhibit(z: Float32Array, { begin, inhibition }: PopulationDescription): void {
    if (inhibition === null) return;
    const { kind, amount, pool } = inhibition;
    z.forEach((_, i) => { if (!isAlive(begin + i)) z[i] = 0; });
    for (let first = 0; first < z.length; first += pool) {
      const part = z.subarray(first, first + pool);
      if (kind === 'divisive') {
        const divisor = amount + part.reduce((sum, each) => sum + Math.abs(each), 0) / part.length;
        part.forEach((each, i) => { part[i] = each / divisor; });
      } else {
        const losers = Array.from(part.keys()).toSorted((a, b) => part[b] - part[a] || a - b).slice(amount);
        for (const loser of losers) part[loser] = 0;
      }
    }
  }

  /** Writes the population's voltages, and what its neurons keep for the next step to `next`. */
  function respond(z: Float32Array, { name, begin, activation, membrane }: PopulationDescription, next: Float32Array): void {
    const sigma = SIGMA[activation];
    const factors = numbers(`${name}.membrane`);
    z.forEach((each, i) => {
      const alive = isAlive(begin + i) ? 1 : 0;
      if (membrane === null) voltages[begin + i] = alive * sigma(each);
      else if (membrane.kind === 'leaky') {
        const at = membrane.kept - firstKept + i;
        voltages[begin + i] = alive * ((1 - factors[i]) * kept[at] + factors[i] * sigma(each));
        next[at] = voltages[begin + i];
      } else {
        const at = membrane.kept - firstKept + 2 * i;
        const [potential, rest] = [kept[at + 1] > 0 ? 0 : factors[i] * kept[at] + each, kept[at + 1]];
        const fires = potential > membrane.threshold;
        voltages[begin + i] = fires ? alive * sigma(potential) : 0;
        next.set(fires ? [0, membrane.refractory] : [potential, Math.max(0, rest - 1)], at);
      }
    });
  }

  const outputs = () => {
    const { begin, end } = policy.populations[policy.populations.length - 1];
    return [...voltages.subarray(begin, end)];
  };

  return {
    reset() {
      integrators = Array.from({ length: observations }, () => constants.map(() => 0));
      context = new Float32Array(recurrent);
      kept = new Float32Array(keptNumbers);
    },
    act(observation) {
      const x = Float32Array.from({ length: observations }, (_, i) => (observation[i] - numbers('observation.shift')[i]) * numbers('observation.factor')[i]);
      voltages.set([1, ...x, ...remember(x), ...context, ...kept]);
      const next = kept.slice();
      for (const population of policy.populations) {
        const z = weigh(population);
        inhibit(z, population);
        respond(z, population, next);
      }
      kept = next;
      context = context.map((before, i) => before + numbers('recurrent.rate')[i] * (voltages[numbers('recurrent.source')[i]] - before));
      if (policy.action.kind === 'discrete') return indexOfHighest(policy.action.values === null ? outputs().slice(0, policy.action.count) : valuesOf(outputs(), policy.action.count, policy.action.values));
      return outputs().map((voltage, i) => {
        const [low, high] = [numbers('action.low')[i], numbers('action.high')[i]];
        return Number.isFinite(low) && Number.isFinite(high) ? clip((low + high) / 2 + (voltage * (high - low)) / 2, low, high) : voltage;
      });
    },
    outputs,
  };
}
