import { createHash } from 'node:crypto';

import test from 'ava';

import type { Environment } from '../../src/environment/environment.js';
import { makeEnvironment } from '../../src/environment/registry.js';
import { environmentContract } from '../../src/testing/environment-contract.js';

for (const { title, check } of [
  ...['Asterix', 'Seaquest', 'SpaceInvaders'].flatMap((game) => environmentContract(`MinAtar/${game}-v1`, { options: ['sticky', 'ramping'] })),
  ...['Breakout', 'Freeway'].flatMap((game) => environmentContract(`MinAtar/${game}-v1`, { options: ['sticky'] })),
]) test(title, check);

/** Place of an environment's counters behind its physical state: elapsed steps, ended. */
const COUNTERS = 4;

/** Observation as bits, most significant first, the last byte padded with zeros. */
function packed(observation: Float64Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(observation.length / 8));
  observation.forEach((bit, i) => { bytes[i >> 3] |= bit << (7 - (i & 7)); });
  return bytes;
}

interface Play {
  /** @param drawn the action drawn at random */
  readonly choose?: (drawn: number, environment: Environment) => number;
  /** True to go on after an end without a reset. */
  readonly immortal?: boolean;
  readonly seed?: number;
}

/** Plays, and gives SHA-256 over observations, rewards and ends, the first 16 digits at each of the given steps, with rewards and ends so far. */
function record(name: string, steps: readonly number[], { choose = (drawn) => drawn, immortal = false, seed = 0 }: Play = {}) {
  const environment = makeEnvironment(name);
  const hash = createHash('sha256').update(packed(environment.reset({ seed })));
  const digests: string[] = [];
  const lengths: number[] = [];
  let draw = seed + 1;
  let reward = 0;
  let length = 0;
  for (let step = 1; step <= steps[steps.length - 1]; step += 1) {
    draw = (Math.imul(1664525, draw) + 1013904223) >>> 0;
    const result = environment.step(choose((draw >>> 16) % 6, environment));
    hash.update(packed(result.observation)).update(Uint8Array.of(result.reward & 255, result.terminated ? 1 : 0));
    reward += result.reward;
    length += 1;
    if (result.terminated) {
      lengths.push(length);
      length = 0;
      if (!immortal) hash.update(packed(environment.reset()));
      else environment.setState(environment.getState().with(-COUNTERS + 1, 0));
    }
    if (steps.includes(step)) digests.push(hash.copy().digest('hex').slice(0, 16));
  }
  return { digests, reward, ends: lengths.length, lengths: lengths.slice(0, 5) };
}

const PREFIXES = [1, 10, 100, 1000, 20_000];

/** Digests of the original, by kenjyoung/MinAtar at commit 4241f246, seed 0, random play of all six actions. */
const RANDOM_PLAY: [string, string[], number, number, number[]][] = [
  ['Asterix', ['e04ef27ff6a63545', '088e81827c4ca9df', '640a53edcede6ea1', '2fcca2887f90fc8a', 'd2201bb190c052dd'], 163, 273, [129, 124, 55, 98, 41]],
  ['Breakout', ['7453b3e2899eb34d', '2fdd15ec2ffeb93d', 'fd325af85e28adf3', 'e50e965b7483b6e7', '369906932dca4353'], 916, 1771, [6, 16, 6, 16, 6]],
  ['Freeway', ['237171d98f9666fd', '2a331afbc4db764d', '834902784f5c4554', '41e525424c83d283', '4aa1b691db87e64f'], 1, 7, [2501, 2501, 2501, 2501, 2501]],
  ['Seaquest', ['666022ef1aeab032', 'd87f7e7717cad82e', 'b35e6aabe9de5dd9', 'd698848f6a6e8581', '44bb1663d6781f1f'], 63, 601, [2, 5, 26, 13, 5]],
  ['SpaceInvaders', ['275244aca339eb8f', 'a214fecc794bd19b', 'aecdc039be1db52f', '812dafdbb46e4ae5', '47a44883f5f48875'], 1058, 371, [76, 38, 28, 27, 27]],
];

for (const [game, digests, reward, ends, lengths] of RANDOM_PLAY) {
  test(`MinAtar/${game}-v0 plays as the original does`, (t) => {
    t.deepEqual(record(`MinAtar/${game}-v0`, PREFIXES), { digests, reward, ends, lengths });
  });
}

/** Breakout's ball is followed by its paddle: places of both in the state. */
const follow = (_drawn: number, environment: Environment): number => {
  const [ball, , , paddle] = environment.getState();
  return ball < paddle ? 1 : ball > paddle ? 3 : 0;
};

const DEEP: [string, string, number, Play, string, number, number][] = [
  ['Asterix, its ramps to the end', 'MinAtar/Asterix-v0', 5000, { immortal: true }, '2cee4c42f63784f7', 200, 674],
  ['Seaquest, its ramps, six divers and counts below zero', 'MinAtar/Seaquest-v0', 20_000, { immortal: true }, 'bf5513a4da5603ff', 528, 9354],
  ['Space Invaders, its fastest waves', 'MinAtar/SpaceInvaders-v0', 20_000, { immortal: true }, '8b04bb340ff18ae8', 637, 1495],
  ['Freeway, many crossings', 'MinAtar/Freeway-v0', 20_000, { choose: () => 2 }, '4aeee2bc6ae1850b', 119, 7],
  ['Breakout, bricks refilled', 'MinAtar/Breakout-v0(sticky=0)', 20_000, { choose: follow }, '1cdc91409ec49c4b', 1668, 0],
  ['Breakout, bricks refilled, sticky actions', 'MinAtar/Breakout-v0', 20_000, { choose: follow }, '293f718aef23c9dd', 1712, 169],
];

for (const [title, name, steps, play, digest, reward, ends] of DEEP) {
  test(`${title}: as the original`, (t) => {
    t.like(record(name, [steps], play), { digests: [digest], reward, ends });
  });
}

test('minimal actions are those of all six that do something, in their order', (t) => {
  const minimal = { Asterix: [0, 1, 2, 3, 4], Breakout: [0, 1, 3], Freeway: [0, 2, 4], Seaquest: [0, 1, 2, 3, 4, 5], SpaceInvaders: [0, 1, 3, 5] };
  for (const [game, actions] of Object.entries(minimal)) {
    const [few, all] = [makeEnvironment(`MinAtar/${game}-v1`), makeEnvironment(`MinAtar/${game}-v0`)];
    t.deepEqual(few.reset({ seed: 5 }), all.reset({ seed: 5 }));
    for (let i = 0; i < 60; i += 1) {
      const chosen = (i * 7) % actions.length;
      const [one, other] = [few.step(chosen), all.step(actions[chosen])];
      t.deepEqual(one, other);
      if (one.terminated) t.deepEqual(few.reset(), all.reset());
    }
  }
});

test('without ramping Asterix keeps its periods', (t) => {
  const periods = (name: string) => {
    const environment = makeEnvironment(name);
    environment.reset({ seed: 0 });
    for (let i = 0; i < 1200; i += 1) if (environment.step(0).terminated) environment.setState(environment.getState().with(-COUNTERS + 1, 0));
    return environment.getState().slice(2, 4);
  };
  t.deepEqual(periods('MinAtar/Asterix-v1(ramping=0)'), [10, 5]);
  t.deepEqual(periods('MinAtar/Asterix-v1'), [1, 1]);
});
