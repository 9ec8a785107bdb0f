import test from 'ava';

import { textTable } from '../../src/entries/internals.js';
import { certificatePage, drawCertificate, layerTable, referenceTable, utilityTable, type CertificateFindings, type LayerUtility } from '../../src/entries/study.js';
import { tinyCertificate } from './fixture.js';

const UTILITY: LayerUtility = {
  learner: 'ddpg', layer: 'hidden1', learning: [-200, -300], frozen: [-400, -500], random: [-1200, -1200],
  difference: { value: 200, low: 200, high: 200 }, improvementRatio: { value: 950 / 750, low: 1.2, high: 1.3 }, failures: ['seed 2: weights <b> became NaN'],
};

async function findings(): Promise<CertificateFindings> {
  const certificate = await tinyCertificate();
  await certificate.run();
  const certified = certificate.certified();
  await certificate.close();
  const evaluation = { meanReturn: -150, episodes: 2, returns: [-140, -160] };
  return { settings: certificate.settings, certified, utility: [UTILITY], evaluation, random: evaluation, steps: 160 };
}

test('picture and page name every kind and every neuron, and the same certificate gives the same bytes', async (t) => {
  const found = await findings();
  const pictures = await drawCertificate(found.certified, 'Certificate');
  const page = certificatePage(found, pictures);
  for (const { kind } of found.certified.kinds) t.true(pictures.whole.includes(`>${kind}<`) && page.includes(`<td>${kind}</td>`), kind);
  for (const { neuron } of found.certified.neurons) t.true(pictures.matrix.includes(`>${neuron}<`) && page.includes(`<td>${neuron}</td>`), neuron);
  t.true(page.includes('weights &lt;b&gt; became NaN'));
  t.deepEqual(await drawCertificate(found.certified, 'Certificate'), pictures);
});

test('tables have a row for each kind on each layer, for each neuron, and for each learner', async (t) => {
  const { certified } = await findings();
  t.is(layerTable(certified).rows.length, 4 * certified.kinds.length);
  t.is(referenceTable(certified).rows.length, certified.neurons.length);
  t.deepEqual(utilityTable([UTILITY]).rows, [['ddpg', 'hidden1', '−250', '−450', '−1200', '200 [200, 200]', '1.27 [1.20, 1.30]']]);
  t.true(textTable(layerTable(certified)).split('\n').length === 4 * certified.kinds.length + 2);
});

test('the picture of a run without a probe names the cause', async (t) => {
  const certified = { neurons: [], kinds: [], probes: [], courses: [] };
  t.true((await drawCertificate(certified, 'Certificate')).whole.includes('no data'));
});
