import { makeEnvironment } from '../environment/registry.js';
import type { BatchedProgram } from './program.js';
import type { ReplicaContext } from './replica.js';

/**
 * Plays episodes without exploration, all episodes of all replicas side by side.
 *
 * @param seeds of each replica's episodes; as many for each
 * @param stopped asked at each step
 * @returns the returns of the episodes that ended, replica by replica
 */
export async function playEpisodes(program: BatchedProgram, { settings, topology, encoder, decoder }: ReplicaContext, seeds: readonly (readonly number[])[], stopped: () => boolean): Promise<number[][]> {
  const lanes = seeds[0].length;
  const inputNeurons = topology.inputs.end;
  const outputs = topology.outputs.end - topology.outputs.begin;
  const shown = new Float32Array(inputNeurons);
  const chosen = new Float32Array(outputs);
  const inputs = new Float32Array(seeds.length * inputNeurons * lanes);
  const plays = seeds.flatMap((own, replica) => own.map((seed, lane) => {
    const environment = makeEnvironment(settings.environment);
    return { replica, lane, environment, observation: environment.reset({ seed }), episodeReturn: 0, ended: false };
  }));
  type Play = (typeof plays)[number];

  function show({ replica, lane, observation }: Play): void {
    encoder.encode(observation, shown);
    for (let i = 0; i < inputNeurons; i += 1) inputs[(replica * inputNeurons + i) * lanes + lane] = shown[i];
  }

  function step(play: Play, means: Float32Array): void {
    for (let k = 0; k < outputs; k += 1) chosen[k] = means[(play.replica * outputs + k) * lanes + play.lane];
    const { observation, reward, terminated, truncated } = play.environment.step(decoder.decode(chosen));
    play.observation = observation;
    play.episodeReturn += reward;
    play.ended = terminated || truncated;
  }

  for (let running = plays; running.length > 0 && !stopped(); running = running.filter(({ ended }) => !ended)) {
    for (const play of running) show(play);
    const means = await program.act(inputs, lanes);
    for (const play of running) step(play, means);
    await new Promise((resolve) => { setImmediate(resolve); }); // signals come in between
  }
  return seeds.map((_, replica) => plays.filter((play) => play.replica === replica && play.ended).map(({ episodeReturn }) => episodeReturn));
}
