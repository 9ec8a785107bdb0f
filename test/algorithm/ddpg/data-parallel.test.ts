import { setTimeout } from 'node:timers/promises';

import test, { type ExecutionContext } from 'ava';

import { createDdpgAgent, type DdpgAgent } from '../../../src/algorithm/ddpg/agent.js';
import { resolveDdpgSettings, type DdpgOptions } from '../../../src/algorithm/ddpg/settings.js';
import { creditNamed, OPEN_CREDITS } from '../../../src/credit/registry.js';
import { DivergenceError } from '../../../src/errors.js';
import { createStream } from '../../../src/random/stream.js';
import { createSampler } from '../../../src/replay/sampler.js';

const BATCH = 20;

async function agentWith(t: ExecutionContext, options: DdpgOptions): Promise<DdpgAgent> {
  const agent = createDdpgAgent(resolveDdpgSettings({ environment: 'Pendulum-v1', seed: 1, network: { hidden: [19, 10] }, learning: { batch: BATCH, warmup: 20, replay: 1000 }, ...options }));
  t.teardown(() => { agent.close(); });
  for (let step = 0; step < 600; step += 1) agent.step();
  while (agent.threads !== (options.threads ?? 1)) await setTimeout(5);
  return agent;
}

const parameters = ({ actor, critic }: DdpgAgent) => [actor, critic].flatMap(({ weights: { values, target }, gradient, credit }) => [...values, ...target, ...gradient, ...Object.values(credit).flatMap((table) => [...table.values])]);

for (const credit of OPEN_CREDITS.filter((name) => creditNamed(name).alone !== true)) {
  test(`two threads that share updates under ${credit} have the same bits as one thread`, async (t) => {
    const [one, two] = await Promise.all([agentWith(t, { credit }), agentWith(t, { credit, threads: 2 })]);
    const first = parameters(one);
    for (let update = 0; update < 20; update += 1) for (const agent of [one, two]) agent.update();
    t.is(two.threads, 2);
    t.deepEqual(parameters(two), parameters(one));
    t.notDeepEqual(parameters(one), first);
  });
}

test('an error on the second thread ends the update and names the neuron', async (t) => {
  const agent = await agentWith(t, { threads: 2 });
  const slots = new Int32Array(BATCH);
  createSampler(agent.replay, createStream(1, 'replay')).draw(0, slots);
  const first = [...slots.subarray(0, BATCH / 2 + 4)];
  const last = [...slots].findLast((slot) => !first.includes(slot)) ?? -1;
  agent.replay.reward[last] = Infinity;
  t.throws(() => { agent.update(); }, { instanceOf: DivergenceError, message: /^TD error of neuron critic\.output\[0\] became Infinity/ });
  t.is(agent.threads, 1);
});

test('a second thread is no use to delayed gradients, to the reference or to a credit that computes with the whole network', (t) => {
  for (const options of [{ learning: { gradientDelay: 1 } }, { kernels: 'reference' }, { credit: 'perturbed' }] as const) {
    t.throws(() => resolveDdpgSettings({ ...options, threads: 2 }), { instanceOf: RangeError, message: /^"threads" expected 1, got 2/ });
  }
});
