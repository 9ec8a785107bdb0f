import { lineChart, type LinePanel } from '../report/line-chart.js';
import { matrixChart } from '../report/matrix-chart.js';
import type { Svg } from '../report/svg.js';
import type { RecordedNeuron } from '../simulation/record-episode.js';
import { score } from './format.js';
import type { RecordedEpisode, RecordedEpisodes, TrialEpisodes } from './recorded-episodes.js';
import type { DrawnFigure } from './study.js';

export interface EpisodePictures {
  readonly voltages: Svg;
  readonly activity: Svg;
  readonly connections: Svg;
}

/** Hidden neurons whose voltages are drawn as lines, and most neurons of a matrix. */
const [SHOWN, MOST_NEURONS] = [6, 128];

/**
 * Draws voltages over time of some hidden neurons, of the integrators that read them, of observations and of outputs; the voltages of all neurons in the
 * first episode; and all weights.
 *
 * @param whose network it is
 */
export async function drawEpisodes(watched: RecordedEpisodes, whose: string): Promise<EpisodePictures> {
  const { episodes } = watched;
  const columns = episodes.map((course) => panelsOf(watched, course));
  const panels = columns[0].flatMap((_, row) => columns.map((column) => column[row]));
  return {
    voltages: await lineChart({ title: 'Voltages over time', subtitle: `${whose}, exploration off${watched.neurons.some(({ kind }) => kind === 'context') ? '. A hidden neuron and the leaky integrator that reads it have one colour' : ''}`, x: 'environment step', y: 'voltage', panels }),
    activity: await drawActivity(watched, whose),
    connections: await drawConnections(watched, whose),
  };
}

function panelsOf({ neurons, episodes }: RecordedEpisodes, { voltages, steps, return: episodeReturn }: RecordedEpisode): LinePanel[] {
  const indices = (kind: RecordedNeuron['kind']) => [...neurons.keys()].filter((neuron) => neurons[neuron].kind === kind);
  const contexts = spreadOver(indices('context'));
  const hidden = contexts.length === 0 ? spreadOver(indices('hidden')) : contexts.map((context) => neurons[context].source ?? context);
  const series = (shown: readonly number[], names: readonly number[] = shown) =>
    shown.map((neuron, i) => ({ name: shortName(neurons[names[i]]), points: voltages.map((row, step) => ({ x: step, y: row[neuron] })) }));
  const length = voltages.length < steps ? `the first ${voltages.length} of ${steps} steps` : `${steps} steps`;
  const which = episodes.length === 1 ? 'An episode' : voltages === episodes[0].voltages ? 'One episode' : 'Another, with another start';
  return [
    { title: `${which} (${length}, return ${score(episodeReturn)}): hidden neurons`, series: series(hidden) },
    ...(contexts.length === 0 ? [] : [{ title: 'leaky integrators', series: series(contexts, hidden) }]),
    { title: 'observations', series: series(indices('observation')) },
    { title: 'outputs', series: series(indices('output')) },
  ];
}

/** How much is left out. */
function thinned(shown: readonly number[], all: readonly number[]): string {
  return shown.length < all.length ? `. Not all are drawn: ${shown.length} of ${all.length} rows${shown.length > MOST_NEURONS ? ' and columns' : ''}, evenly` : '';
}

/** Some of a list, evenly from its first to its last. */
function spreadOver(list: readonly number[], most = SHOWN): number[] {
  const count = Math.min(most, list.length);
  return Array.from({ length: count }, (_, i) => list[count === 1 ? 0 : Math.round((i * (list.length - 1)) / (count - 1))]);
}

/** The voltages of hidden and output neurons, step by step: of firing ones, when they fire. */
function drawActivity({ neurons, episodes: [{ voltages }] }: RecordedEpisodes, whose: string): Promise<Svg> {
  const speaking = [...neurons.keys()].filter((neuron) => neurons[neuron].kind === 'hidden' || neurons[neuron].kind === 'output');
  const shown = spreadOver(speaking, MOST_NEURONS);
  const values = shown.map((neuron) => voltages.map((row) => row[neuron]));
  const largest = values.flat().reduce((most, voltage) => Math.max(most, Math.abs(voltage)), 0) || 1;
  return matrixChart({
    title: 'Activity',
    subtitle: `${whose}, exploration off, the first ${voltages.length} steps of one episode${thinned(shown, speaking)}`,
    value: 'voltage',
    rows: { title: 'neuron', names: shown.map((neuron) => shortName(neurons[neuron])) },
    columns: { title: 'environment step', names: voltages.map((_, step) => String(step)) },
    values,
    domain: [-largest, largest],
  });
}

/** K without the rows of inputs, which have none: who reads, from top to bottom, whom, from left to right. */
function drawConnections({ neurons, connections }: RecordedEpisodes, whose: string): Promise<Svg> {
  const isRead = (neuron: number) => connections.some((row) => row[neuron] !== null);
  const reading = [...neurons.keys()].filter((neuron) => neurons[neuron].kind === 'hidden' || neurons[neuron].kind === 'output');
  const sources = [...neurons.keys()].filter((neuron) => (neurons[neuron].kind !== 'output' && neurons[neuron].kind !== 'kept') || isRead(neuron));
  const [readers, read] = [spreadOver(reading, MOST_NEURONS), spreadOver(sources, MOST_NEURONS)];
  const values = readers.map((reader) => read.map((neuron) => connections[reader][neuron] ?? NaN));
  const largest = values.flat().filter(Number.isFinite).reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  return matrixChart({
    title: 'Connections',
    subtitle: `${whose}. Grey: no connection${neurons.some(({ kind }) => kind === 'context') ? '. A weight from a leaky integrator, ∫hidden, is a connection one step long' : ''}${thinned([...readers, ...read], [...reading, ...sources])}`,
    value: 'weight',
    rows: { title: 'neuron that reads', names: readers.map((neuron) => shortName(neurons[neuron])) },
    columns: { title: 'neuron that is read', names: read.map((neuron) => columnName(neurons, neuron)) },
    values,
    domain: [-largest, largest],
  });
}

function columnName(neurons: readonly RecordedNeuron[], neuron: number): string {
  const { source } = neurons[neuron];
  return source === undefined ? shortName(neurons[neuron]) : `∫${shortName(neurons[source])}`;
}

function shortName({ name, kind }: RecordedNeuron): string {
  return kind === 'observation' ? name.replace('input', 'observation') : name;
}

const ABOUT = 'A trial repeated, and two episodes of its final evaluation: the first, and the next that begins with another observation. Where observations are the same, differences between the episodes are what the network remembers. Steps count from the first observation; voltages are those of the answer to it.';

/** The pictures of a recorded trial as figures of a study; none without one. */
export async function episodeFigures(recorded: TrialEpisodes | undefined): Promise<DrawnFigure[]> {
  if (recorded === undefined) return [];
  const { voltages, activity, connections } = await drawEpisodes(recorded, `${recorded.label}, seed ${recorded.seed}, after learning`);
  return [
    { file: 'voltages', heading: 'Activity of a trained network', paragraph: ABOUT, picture: voltages },
    { file: 'activity', heading: 'All of its neurons', picture: activity },
    { file: 'connections', heading: 'Its connections', picture: connections },
  ];
}
