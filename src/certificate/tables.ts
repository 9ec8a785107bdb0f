import { median } from '../telemetry/statistics.js';
import type { Table } from '../report/table.js';
import type { Estimate } from './agreement.js';
import type { Certified } from './certificate.js';
import type { LayerUtility } from './utility.js';

/** An estimate with its interval, for people: `0.31 [0.12, 0.48]`. */
export function showEstimate({ value, low, high }: Estimate, digits = 2): string {
  if (!Number.isFinite(value)) return '–';
  const show = (number: number) => number.toFixed(digits).replace('-', '−');
  return Number.isFinite(low) && Number.isFinite(high) ? `${show(value)} [${show(low)}, ${show(high)}]` : show(value);
}

/** A ratio, over several orders of magnitude. */
function showRatio(value: number): string {
  return Number.isFinite(value) ? (value >= 100 || value < 0.01 ? value.toExponential(1) : value.toPrecision(2)) : '–';
}

/** Each kind on each layer: cosine at the first and the last probe and over the second half, and what else belongs to it. */
export function layerTable({ courses, probes, kinds }: Certified): Table {
  const last = probes.at(-1);
  const rows = (last?.layers ?? []).flatMap(({ layer }) => kinds.map(({ kind }) => {
    const course = courses.find((each) => each.kind === kind && each.of === layer);
    const records = probes.flatMap(({ layers }) => layers.filter((each) => each.layer === layer).map(({ kinds: agreements }) => agreements[kind]));
    const defined = (values: number[]) => median(values.filter(Number.isFinite));
    return [
      layer,
      kind,
      ...(course === undefined ? ['–', '–', '–'] : [course.first, course.last, course.secondHalf].map((each) => showEstimate(each))),
      showEstimate({ value: defined(records.map(({ pairedCosine }) => pairedCosine.value)), low: NaN, high: NaN }),
      showRatio(defined(records.map(({ normRatio }) => normRatio.value))),
    ];
  }));
  const numeric = ['first probe', 'last probe', 'second half', 'paired', '‖g‖/‖ref‖'].map((name) => ({ name, numeric: true }));
  return { columns: [{ name: 'layer' }, { name: 'kind' }, ...numeric], rows };
}

/** The reference itself: is it more than noise, and does it hold against finite differences? */
export function referenceTable({ probes, neurons }: Certified): Table {
  const rows = neurons.map(({ neuron }, n) => {
    const records = probes.map((probe) => probe.neurons[n]);
    const of = (number: (record: (typeof records)[number]) => number) => median(records.map(number).filter(Number.isFinite));
    return [
      neuron,
      `${records.filter(({ reference }) => reference.valid).length} of ${records.length}`,
      ...[of(({ reference }) => reference.norm), of(({ reference }) => reference.sampling), of(({ reference }) => reference.rounding)].map((value) => value.toExponential(1)),
      of(({ reference }) => reference.splitHalf).toFixed(2),
      Math.max(...records.map(({ finiteDifference }) => finiteDifference.error).filter(Number.isFinite)).toExponential(1),
    ];
  });
  const numeric = ['valid probes', '‖reference‖', 'sampling', 'rounding', 'split half', 'finite differences'].map((name) => ({ name, numeric: true }));
  return { columns: [{ name: 'neuron' }, ...numeric], rows };
}

export function utilityTable(utility: readonly LayerUtility[]): Table {
  const meanOf = (values: readonly number[]) => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(0).replace('-', '−');
  const rows = utility.map(({ learner, layer, learning, frozen, random, difference, improvementRatio }) => [
    learner, layer, meanOf(learning), meanOf(frozen), meanOf(random), showEstimate(difference, 0), showEstimate(improvementRatio),
  ]);
  const numeric = ['learning', 'frozen', 'random', 'difference', 'improvement ratio'].map((name) => ({ name, numeric: true }));
  return { columns: [{ name: 'learner' }, { name: 'frozen' }, ...numeric], rows };
}
