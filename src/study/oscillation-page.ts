import { lineChart } from '../report/line-chart.js';
import { matrixChart } from '../report/matrix-chart.js';
import { reportPage } from '../report/page.js';
import type { Svg } from '../report/svg.js';
import type { Oscillation, OscillationSettings, OscillationSummary } from './oscillation.js';

export interface OscillationPictures {
  readonly voltages: Svg;
  readonly connections: Svg;
}

/** Neurons whose voltages are drawn, and points of each. */
const [SHOWN, POINTS] = [8, 600];

/** Draws the voltages of some neurons over time, the fastest to the slowest, and the matrix of all connections. */
export async function drawOscillation({ neurons, timeStep }: OscillationSettings, { connections, voltages }: Oscillation): Promise<OscillationPictures> {
  const shown = [...new Set(Array.from({ length: SHOWN }, (_, i) => Math.round((i * (neurons - 1)) / (SHOWN - 1))))];
  const every = Math.max(1, Math.floor(voltages.length / POINTS));
  const names = connections.map((_, neuron) => `hidden[${neuron}]`);
  const largest = connections.flat().reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  return {
    voltages: await lineChart({
      title: 'Voltages over time',
      subtitle: `a free network of ${neurons} leaky integrators; ${shown.length} of them, the first the fastest, the last the slowest`,
      x: 'time',
      y: 'voltage',
      panels: [{ title: '', series: shown.map((neuron) => ({ name: names[neuron], points: voltages.flatMap((row, t) => (t % every === 0 ? [{ x: t * timeStep, y: row[neuron] }] : [])) })) }],
    }),
    connections: await matrixChart({
      title: 'Connections',
      subtitle: 'white: none; the diagonal: of a neuron to itself',
      value: 'weight',
      rows: { title: 'neuron that reads', names },
      columns: { title: 'neuron that is read', names },
      values: connections,
      domain: [-largest, largest],
    }),
  };
}

/** `100 neurons, 2,012 connections: 92 oscillate with a median period of 35.2, voltages deviate by 0.780` */
export function describeOscillation({ neurons }: OscillationSettings, { connections, deviation, oscillating, period }: OscillationSummary): string {
  const found = period === null ? 'none oscillates' : `${oscillating} oscillate${oscillating === 1 ? 's' : ''} with a median period of ${period.toFixed(1)}`;
  return `${neurons} neurons, ${connections.toLocaleString('en')} connections: ${found}, voltages deviate by ${deviation.toFixed(3)}`;
}

/** The page of a free network: one HTML file. @param command that repeats it */
export function oscillationPage(settings: OscillationSettings, { summary }: Oscillation, pictures: OscillationPictures, command: string): string {
  const { gain, membraneTimeConstant, timeStep, duration, density, seed } = settings;
  return reportPage({
    title: 'Oscillations of a free network',
    lead: `A recurrent network of leaky integrators, left to itself from random voltages: does it fall silent, or go on by itself? Here: ${describeOscillation(settings, summary)}.`,
    sections: [
      { title: 'Voltages over time', picture: pictures.voltages },
      { title: 'Connections', picture: pictures.connections },
      {
        title: 'How it was done',
        paragraphs: [
          `v ← v + (Δt/τ_n) (tanh(K v) − v) with Δt = ${timeStep} for a time of ${duration.toLocaleString('en')}; time constants from 1 to ${membraneTimeConstant} in equal ratios. Each connection, of a neuron to itself too, is there with probability ${density}; weights are Gaussian, of standard deviation ${gain} over the square root of the connections that a neuron has on average. In large networks activity dies out below a gain of 1 and sustains itself above it (Sompolinsky, Crisanti & Sommers 1988). Seed ${seed}.`,
          'All is measured in the second half. Voltages deviate by: the root mean square of voltages about their own means. A neuron oscillates if it deviates by more than a hundredth and crosses its mean upwards at least twice; its period is the mean time between such crossings.',
        ],
      },
      { title: 'How to repeat it', paragraphs: [command] },
    ],
  });
}
