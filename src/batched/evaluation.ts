import { createEnvironmentLoop, type EnvironmentLoop } from '../environment/loop.js';
import { makeEnvironment } from '../environment/registry.js';
import type { BatchedProgram } from './program.js';
import type { ReplicaContext } from './replica.js';

/**
 * Plays episodes without exploration, all episodes of all replicas side by side.
 *
 * @param seeds of each replica's episodes; as many for each
 * @param stopped polled at each step
 * @returns the returns of the episodes that ended, replica by replica
 */
export async function playEpisodes(program: BatchedProgram, { settings, topology, encoder, decoder }: ReplicaContext, seeds: readonly (readonly number[])[], stopped: () => boolean): Promise<number[][]> {
  const lanes = seeds[0].length;
  const inputNeurons = topology.inputs.end;
  const outputs = topology.outputs.end - topology.outputs.begin;
  const shown = new Float32Array(inputNeurons);
  const chosen = new Float32Array(outputs);
  const inputs = new Float32Array(seeds.length * inputNeurons * lanes);
  const plays = seeds.flatMap((own, replica) => own.map((seed, lane) => ({ replica, lane, loop: createLoop(seed) })));
  type Play = (typeof plays)[number];

  function createLoop(seed: number): EnvironmentLoop {
    const environment = makeEnvironment(settings.environment);
    const loop = createEnvironmentLoop({ environment, act: () => environment.step(decoder.decode(chosen)), lastObservation: 'stop' });
    loop.reset(seed);
    return loop;
  }

  function show({ replica, lane, loop: { cursor } }: Play): void {
    encoder.encode(cursor.observation, shown);
    for (let i = 0; i < inputNeurons; i += 1) inputs[(replica * inputNeurons + i) * lanes + lane] = shown[i];
  }

  function step({ replica, lane, loop }: Play, means: Float32Array): void {
    for (let k = 0; k < outputs; k += 1) chosen[k] = means[(replica * outputs + k) * lanes + lane];
    loop.advance();
  }

  for (let running = plays; running.length > 0 && !stopped(); running = running.filter(({ loop }) => !loop.cursor.ended)) {
    for (const play of running) show(play);
    const means = await program.act(inputs, lanes);
    for (const play of running) step(play, means);
    await new Promise((resolve) => { setImmediate(resolve); }); // signals come in between
  }
  return seeds.map((_, replica) => plays.filter((play) => play.replica === replica && play.loop.cursor.ended).map(({ loop }) => loop.cursor.episodeReturn));
}
