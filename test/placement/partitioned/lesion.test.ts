import test from 'ava';

import { RULE_NAMES } from '../../../src/entries/internals.js';
import { SLOT } from '../../../src/replay/ring.js';
import { createInference } from '../../../src/placement/partitioned/inference.js';
import { createBatchLoader } from '../../../src/placement/partitioned/batch-loader.js';
import { reinitialise, endTrajectory, initialiseParameters, setEnabled } from '../../../src/placement/partitioned/lesion.js';
import { append } from '../../replay/append.js';
import { createContext } from './fixture.js';

/** The first hidden neuron of the fixture's network, and the output. */
const [HIDDEN, OUTPUT] = [4, 6];

for (const rule of RULE_NAMES) {
  test(`a neuron re-initialised under ${rule} has fresh parameters and no former state; other neurons do not change`, (t) => {
    const { layout, arena, tables } = createContext({ rule, ...(rule === 'sarsa' && { environment: 'CartPole-v1' }), ...(rule !== 'coagent' && rule !== 'sarsa' && { learning: { replay: 256, batch: 4, warmup: 4 } }) });
    initialiseParameters(layout, arena, 1);
    const partsOf = (neuron: number) => Object.entries(tables).map(([name, table]) => ({ name, ...table.of(neuron) }));
    const copyOf = (neuron: number) => partsOf(neuron).map(({ name, values, target }) => ({ name, values: [...values], target: [...target] }));
    const first = copyOf(HIDDEN);
    const others = () => layout.topology.populations.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i)).filter((neuron) => neuron !== HIDDEN).map(copyOf);
    for (const table of Object.values(tables)) for (const part of Object.values({ ...table.of(0, table.offset.length - 1) })) part.forEach((value, i) => { part[i] = value + 0.5; });
    const before = others();
    setEnabled(arena, [HIDDEN], false);
    reinitialise(layout, arena, [HIDDEN]);

    t.deepEqual(others(), before);
    t.is(arena.int32('alive')[HIDDEN], 1);
    partsOf(HIDDEN).forEach(({ name, values, target, first: moment, second }, i) => {
      t.true([...moment, ...second].every((number) => number === 0), name);
      if (target.length > 0) t.deepEqual([...target], [...values], name);
      const wasZero = first[i].values.every((value) => value === 0); // critics and traces; a deep critic starts with weights of its own
      t.is(values.every((value) => value === 0), wasZero, name);
      if (!wasZero) t.notDeepEqual([...values], first[i].values, name);
    });
    const born = copyOf(HIDDEN);
    reinitialise(layout, arena, [HIDDEN]);
    t.deepEqual(copyOf(HIDDEN), born); // a function of the seed alone
  });
}

test('a silenced neuron acts with 0, explores nothing, and speaks again as before', (t) => {
  const views = createContext({ rule: 'compatible', learning: { replay: 256, batch: 4, warmup: 4 } });
  const { arena, tables, inferenceActivations: { voltages } } = views;
  tables.weights.values.fill(0.5);
  voltages.fill(1, 0, HIDDEN);
  const actor = createInference(views, views.layout.groups);
  const { observationNumber } = views.control.groups[0];
  const act = (explore: boolean) => {
    observationNumber.set(observationNumber.get() + 1);
    while (actor.isReady()) actor.tick(explore);
    return [...voltages.subarray(HIDDEN, OUTPUT + 1)];
  };
  const [explored, mean] = [act(true), act(false)];
  t.notDeepEqual(explored, mean);
  setEnabled(arena, [HIDDEN], false);
  t.deepEqual([act(true)[0], act(false)[0]], [0, 0]);
  t.is(act(true)[1], explored[1]);
  t.true(act(false)[2] < mean[2]); // the output hears one voice less
  setEnabled(arena, [HIDDEN], true);
  t.deepEqual(act(true), explored);
});

test('a lesion breaks a stream, and not a replay', (t) => {
  for (const [rule, learns] of [['coagent', false], ['broadcast', true]] as const) {
    const views = createContext({ rule, ...(rule === 'broadcast' && { learning: { replay: 256, batch: 4, warmup: 4 } }) });
    const { layout, arena, replay } = views;
    endTrajectory(layout, arena); // nothing is stored yet
    for (let i = 0; i < 6; i += 1) {
      append(arena, replay, new Float32Array(layout.topology.neurons), layout.firstStochastic, i, SLOT.transition);
      if (i === 3) endTrajectory(layout, arena);
    }
    t.is(replay.kind[3] === SLOT.transition, learns, rule);
    if (rule === 'broadcast') continue;
    const experience = createBatchLoader(views);
    const loaded = [2, 3, 4].map((update) => [experience.load(update), experience.batch.episodeStart]);
    t.deepEqual(loaded.map(([there]) => there), [true, false, true]);
    t.deepEqual([loaded[0][1], loaded[2][1]], [false, true]); // traces begin anew
  }
});
