import assert from 'node:assert/strict';

import { createCreditPass } from '../credit/credit-pass.js';
import type { CreditAssignment } from '../credit/credit.js';
import { readOutRange } from '../network/topology.js';
import { createOptimiser } from '../optimise/registry.js';
import { contractCheck, type ContractCheck } from './check.js';
import { createCreditFixture, foreignEnd, poisonBeyond, poisonPeers, SIZE } from './credit-fixture.js';

/** What every credit assignment has to be, a user's own too. */
export function creditContract(credit: CreditAssignment): ContractCheck[] {
  const { name, locality } = credit;
  const checks: ContractCheck[] = [];
  const check = (fact: string, body: () => void): void => { checks.push(contractCheck(`${name} ${fact}`, body)); };

  check(`uses nothing that is beyond ${locality}`, () => {
    const before = createCreditFixture(credit).assign();
    const fixture = createCreditFixture(credit);
    poisonBeyond(credit, fixture);
    assert.ok(before.every((layer) => layer.every(Number.isFinite)));
    assert.deepEqual(fixture.assign(), before);
  });

  if (locality !== 'weights' && locality !== 'deltas') {
    check('uses nothing that another neuron keeps', () => {
      const fixture = createCreditFixture(credit);
      const before = fixture.assign();
      const { begin } = fixture.topology.populations[1];
      poisonPeers(fixture, begin);
      assert.deepEqual(fixture.assign(1)[0].subarray(0, SIZE), before[0].subarray(0, SIZE));
    });
  }

  check('gives neurons the same alone and together', () => {
    const fixture = createCreditFixture(credit);
    assert.deepEqual(fixture.assign(1), fixture.assign());
    assert.deepEqual(fixture.assign(2), fixture.assign());
  });

  check('draws what it keeps from the seed alone', () => {
    const [one, same] = [createCreditFixture(credit), createCreditFixture(credit)].map(({ network }) => Object.values(network.credit).map(({ values }) => [...values]));
    assert.deepEqual(one, same);
    assert.ok(one.flat(2).every((each) => Number.isFinite(each) && each !== 0));
  });

  if (credit.parameters(createCreditFixture(credit).topology).length > 0 || locality !== 'broadcast') {
    check('serves a network that is trained as a whole, in any division of its lanes', () => {
      const whole = createCreditFixture(credit);
      const parts = createCreditFixture(credit);
      if (locality !== 'weights') parts.network.weights.values.fill(NaN, 0, parts.topology.rowOffset[foreignEnd(credit, parts.topology)]); // voltages are there already
      for (const [{ kernels, network, topology, error }, borders] of [[whole, [0, SIZE]], [parts, [0, 3, SIZE]]] as const) {
        const { begin, end } = readOutRange(topology);
        const outputs = network.activationGradients.voltages.subarray(begin * SIZE, end * SIZE);
        outputs.set(error.outputs);
        borders.slice(1).forEach((last, part) => {
          createCreditPass(kernels, network, credit, createOptimiser('sgd', kernels), { outputs, signals: error.signals }, { begin: borders[part], end: last }).run(network.weights.values);
        });
      }
      const [one, other] = [whole, parts].map(({ network: { activationGradients }, topology: { inputs } }) => activationGradients.weightedInputs.subarray(inputs.end * SIZE));
      assert.deepEqual(other, one);
      const { topology: { populations }, network: { activations, activationGradients } } = whole;
      const layers = whole.assign();
      populations.filter(({ kind }) => kind === 'hidden').forEach(({ begin, end }, layer) => {
        for (let neuron = begin; neuron < end; neuron += 1) {
          for (let b = 0; b < SIZE; b += 1) {
            const slope = 1 - activations.voltages[neuron * activations.lanes + b] ** 2; // of tanh
            assert.ok(Math.abs(activationGradients.weightedInputs[neuron * SIZE + b] - layers[layer][(neuron - begin) * SIZE + b] * slope) < 1e-5);
          }
        }
      });
    });
  }

  return checks;
}
