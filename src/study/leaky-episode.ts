import { isRecord } from '../check.js';
import { lineChart, type LinePanel } from '../report/line-chart.js';
import { matrixChart } from '../report/matrix-chart.js';
import type { Svg } from '../report/svg.js';
import type { Training } from '../simulation/training.js';
import type { WatchedEpisode, WatchedNeuron } from '../simulation/watch.js';
import { points } from './leaky-tables.js';
import { algorithmOf, trialDigest, trialOptions, type Trial } from './trial.js';

/** Episodes of a network that has learned, and which trial's network it is. */
export interface LeakyEpisodes extends Pick<WatchedEpisode, 'neurons' | 'connections'> {
  readonly label: string;
  readonly seed: number;
  /** Of the trial. */
  readonly digest: string;
  /** The first of the final evaluation, and the first of the others that begins with another observation. */
  readonly episodes: readonly Course[];
}

type Course = Omit<WatchedEpisode, 'neurons' | 'connections'>;

/** What is drawn of a long episode, and among how many one is looked for that begins otherwise. */
const [MOST_STEPS, MOST_EPISODES] = [200, 10];

/**
 * Learns a synchronous trial once more, which gives the same network, and watches episodes of its final evaluation.
 *
 * @returns undefined where the signal came first
 */
export async function watchTrial(trial: Trial, signal: AbortSignal): Promise<LeakyEpisodes | undefined> {
  const { label, seed, steps } = trial;
  const training = await algorithmOf(trial).create(trialOptions(trial));
  try {
    const { stopped } = await training.run({ steps, signal });
    if (stopped || training.watch === undefined) return undefined;
    const first = training.watch({ steps: MOST_STEPS });
    const { neurons, connections } = first;
    return { label, seed, digest: trialDigest(trial), neurons, connections, episodes: [first, ...watchOther(training, first)].map(courseOf) };
  } finally {
    await training.close();
  }
}

function watchOther(training: Training, first: WatchedEpisode): WatchedEpisode[] {
  for (let episode = 1; episode < MOST_EPISODES; episode += 1) {
    const other = training.watch?.({ episode, steps: MOST_STEPS });
    if (other !== undefined && firstSeen(other) !== firstSeen(first)) return [other];
  }
  return [];
}

function firstSeen({ neurons, voltages }: WatchedEpisode): string {
  return voltages[0].filter((_, neuron) => neurons[neuron].kind === 'observation').join();
}

function courseOf({ voltages, rewards, return: episodeReturn, steps }: WatchedEpisode): Course {
  return { voltages, rewards, return: episodeReturn, steps };
}

/** Episodes as they were kept, of this very trial. */
export function isEpisodeOf(trial: Trial, data: unknown): data is LeakyEpisodes {
  if (!isRecord(data) || data.digest !== trialDigest(trial)) return false;
  return [data.neurons, data.connections, data.episodes].every(Array.isArray);
}

export interface EpisodePictures {
  readonly voltages: Svg;
  readonly connections: Svg;
}

/** Hidden neurons whose voltages are drawn. */
const SHOWN = 6;

/** Draws what some hidden neurons said, what of it was carried on, what came in and what the outputs answered, each episode from top to bottom; and all weights. */
export async function drawEpisode(watched: LeakyEpisodes): Promise<EpisodePictures> {
  const { label, seed, episodes } = watched;
  const whose = `${label}, seed ${seed}, after learning`;
  const columns = episodes.map((course) => panelsOf(watched, course));
  const panels = columns[0].flatMap((_, row) => columns.map((column) => column[row]));
  return {
    voltages: await lineChart({ title: 'Voltages over time', subtitle: `${whose}, exploration off. A hidden neuron and the leaky integrator that listens to it have one colour; the first is the fastest, the last the slowest`, x: 'environment step', y: 'voltage', panels }),
    connections: await drawConnections(watched, whose),
  };
}

function panelsOf({ neurons, episodes }: LeakyEpisodes, { voltages, steps, return: episodeReturn }: Course): LinePanel[] {
  const indices = (kind: WatchedNeuron['kind']) => [...neurons.keys()].filter((neuron) => neurons[neuron].kind === kind);
  const contexts = spreadOver(indices('context'));
  const heard = contexts.map((context) => neurons[context].heard ?? context);
  const series = (shown: readonly number[], names: readonly number[] = shown) =>
    shown.map((neuron, i) => ({ name: shortName(neurons[names[i]]), points: voltages.map((row, step) => ({ x: step, y: row[neuron] })) }));
  const length = voltages.length < steps ? `the first ${voltages.length} of ${steps} steps` : `${steps} steps`;
  const which = episodes.length === 1 ? 'An episode' : voltages === episodes[0].voltages ? 'One episode' : 'Another, that begins otherwise';
  return [
    { title: `${which} (${length}, return ${points(episodeReturn)}): hidden neurons`, series: series(heard) },
    { title: 'leaky integrators', series: series(contexts, heard) },
    { title: 'observations', series: series(indices('observation')) },
    { title: 'outputs', series: series(indices('output')) },
  ];
}

/** Some of a list, evenly from its first to its last. */
function spreadOver(list: readonly number[]): number[] {
  const count = Math.min(SHOWN, list.length);
  return Array.from({ length: count }, (_, i) => list[count === 1 ? 0 : Math.round((i * (list.length - 1)) / (count - 1))]);
}

/** K without the rows of inputs, which have none: who reads, from top to bottom, whom, from left to right. */
function drawConnections({ neurons, connections }: LeakyEpisodes, whose: string): Promise<Svg> {
  const readers = [...neurons.keys()].filter((neuron) => neurons[neuron].kind === 'hidden' || neurons[neuron].kind === 'output');
  const read = [...neurons.keys()].filter((neuron) => neurons[neuron].kind !== 'output' || connections.some((row) => row[neuron] !== null));
  const values = readers.map((reader) => read.map((neuron) => connections[reader][neuron] ?? NaN));
  const largest = values.flat().filter(Number.isFinite).reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  return matrixChart({
    title: 'Connections',
    subtitle: `${whose}. Grey: no connection. A weight from a leaky integrator, ∫hidden, is a lateral connection one step long`,
    value: 'weight',
    rows: { title: 'neuron that reads', names: readers.map((neuron) => shortName(neurons[neuron])) },
    columns: { title: 'neuron that is read', names: read.map((neuron) => columnName(neurons, neuron)) },
    values,
    domain: [-largest, largest],
  });
}

function columnName(neurons: readonly WatchedNeuron[], neuron: number): string {
  const { heard } = neurons[neuron];
  return heard === undefined ? shortName(neurons[neuron]) : `∫${shortName(neurons[heard])}`;
}

function shortName({ name, kind }: WatchedNeuron): string {
  return kind === 'observation' ? name.replace('input', 'observation') : name;
}
