import { isRecord } from '../check.js';
import { lineChart, type LinePanel } from '../report/line-chart.js';
import { matrixChart } from '../report/matrix-chart.js';
import type { Svg } from '../report/svg.js';
import type { WatchedEpisode, WatchedNeuron } from '../simulation/watch.js';
import { points } from './leaky-tables.js';
import { algorithmOf, trialDigest, trialOptions, type Trial } from './trial.js';

/** An episode of a network that has learned, and which trial's network it is. */
export interface LeakyEpisode extends WatchedEpisode {
  readonly label: string;
  readonly seed: number;
  /** Of the trial. */
  readonly digest: string;
}

/** What is drawn of a long episode. */
const MOST_STEPS = 200;

/**
 * Learns a synchronous trial once more, which gives the same network, and watches the first episode of its final evaluation.
 *
 * @returns undefined where the signal came first
 */
export async function watchTrial(trial: Trial, signal: AbortSignal): Promise<LeakyEpisode | undefined> {
  const { label, seed, steps } = trial;
  const training = await algorithmOf(trial).create(trialOptions(trial));
  try {
    const { stopped } = await training.run({ steps, signal });
    const episode = stopped ? undefined : training.watch?.({ steps: MOST_STEPS });
    return episode && { label, seed, digest: trialDigest(trial), ...episode };
  } finally {
    await training.close();
  }
}

/** An episode as it was kept, of this very trial. */
export function isEpisodeOf(trial: Trial, data: unknown): data is LeakyEpisode {
  if (!isRecord(data) || data.digest !== trialDigest(trial)) return false;
  return [data.neurons, data.connections, data.voltages, data.rewards].every(Array.isArray) && typeof data.return === 'number' && typeof data.steps === 'number';
}

export interface EpisodePictures {
  readonly voltages: Svg;
  readonly connections: Svg;
}

/** Hidden neurons whose voltages are drawn. */
const SHOWN = 6;

/** Draws what came in, what some hidden neurons said, what of it was carried on, and what the outputs answered; and all weights. */
export async function drawEpisode(episode: LeakyEpisode): Promise<EpisodePictures> {
  const { label, seed, steps, voltages } = episode;
  const whose = `${label}, seed ${seed}, after learning; first evaluation episode, ${voltages.length < steps ? `the first ${voltages.length} of ` : ''}${steps} steps, return ${points(episode.return)}`;
  return {
    voltages: await lineChart({ title: 'Voltages over time', subtitle: `${whose}. A hidden neuron and the leaky integrator that listens to it have one colour, the fastest first`, x: 'environment step', y: 'voltage', panels: panelsOf(episode) }),
    connections: await drawConnections(episode, whose),
  };
}

function panelsOf({ neurons, voltages }: WatchedEpisode): LinePanel[] {
  const indices = (kind: WatchedNeuron['kind']) => [...neurons.keys()].filter((neuron) => neurons[neuron].kind === kind);
  const contexts = spreadOver(indices('context'));
  const heard = contexts.map((context) => neurons[context].heard ?? context);
  const series = (shown: readonly number[], names: readonly number[] = shown) =>
    shown.map((neuron, i) => ({ name: shortName(neurons[names[i]]), points: voltages.map((row, step) => ({ x: step, y: row[neuron] })) }));
  return [
    { title: 'hidden neurons', series: series(heard) },
    { title: 'what is carried on of them: leaky integrators', series: series(contexts, heard) },
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
function drawConnections({ neurons, connections }: WatchedEpisode, whose: string): Promise<Svg> {
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
