import { lineChart, type LinePanel } from '../report/line-chart.js';
import { matrixChart } from '../report/matrix-chart.js';
import { stackPictures } from '../report/stack.js';
import type { Svg } from '../report/svg.js';
import type { Certified } from './certificate.js';
import { ALL_HIDDEN } from './records.js';

/** A certificate's pictures: one by one, and all in one. */
export interface CertificatePictures {
  readonly matrix: Svg;
  readonly course: Svg;
  readonly values: Svg;
  readonly whole: Svg;
}

/** Agreement by neuron, agreement over time, and the values that the critics estimate. */
export async function drawCertificate(certified: Certified, title: string): Promise<CertificatePictures> {
  const [matrix, course, values] = [await drawMatrix(certified, title), await drawCourse(certified), await drawValues(certified)];
  return { matrix, course, values, whole: stackPictures([matrix, course, values], title) };
}

/** Cosines of all kinds at all neurons: means over the second half of the run. */
function drawMatrix({ neurons, kinds, courses }: Certified, title: string): Promise<Svg> {
  const cosine = (kind: string, neuron: string) => courses.find((course) => course.kind === kind && course.of === neuron)?.secondHalf.value ?? NaN;
  return matrixChart({
    title,
    subtitle: 'Cosine between a neuron\'s own gradient and its row of the policy gradient, mean over the probes in the second half of the run; grey where no reference was valid',
    value: 'cosine',
    rows: { title: '', names: kinds.map(({ kind }) => kind) },
    columns: { title: '', names: neurons.map(({ neuron }) => neuron) },
    values: kinds.map(({ kind }) => neurons.map(({ neuron }) => cosine(kind, neuron))),
  });
}

/** One panel for each kind, with a line for each layer; all from -1 to 1. */
function drawCourse({ probes, kinds }: Certified): Promise<Svg> {
  const layers = [...(probes.at(0)?.layers.keys() ?? [])].filter((i) => probes[0].layers[i].layer !== ALL_HIDDEN);
  const panels = kinds.map(({ kind }): LinePanel => ({
    title: kind,
    series: layers.map((i) => ({
      name: probes[0].layers[i].layer,
      points: probes.map(({ step, layers: records }) => {
        const { value, low, high } = records[i].kinds[kind].mean;
        return { x: step, y: value, low, high };
      }),
    })),
    references: [{ name: 'same', value: 1 }, { name: 'unrelated', value: 0 }, { name: 'opposite', value: -1 }],
  }));
  return lineChart({ title: 'Cosine over time', subtitle: 'Mean over the neurons with a valid reference; 95 % bootstrap interval over neurons and minibatches', x: 'environment steps', y: 'cosine', panels });
}

function drawValues({ probes, kinds }: Certified): Promise<Svg> {
  const meanValue = (probe: (typeof probes)[number], kind: string) => {
    const values = probe.neurons.map((neuron) => neuron.kinds[kind].value).filter(Number.isFinite);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const network = { name: 'network', points: probes.map(({ step, value }) => ({ x: step, y: value })) };
  const ofKinds = kinds.map(({ kind }) => ({ name: kind, points: probes.map((probe) => ({ x: probe.step, y: meanValue(probe, kind) })) }));
  return lineChart({
    title: 'Values over time',
    subtitle: 'Mean over the probes\' minibatches of Q(s, μ(s)) of the network\'s critic and of Q(v, a) of the neurons\' own critics, in units of scaled reward',
    x: 'environment steps',
    y: 'value',
    panels: [{ title: '', series: [...ofKinds, network] }],
  });
}
