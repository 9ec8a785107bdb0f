import { isRecord } from '../check.js';
import { recordEpisodes, type RecordedEpisodes } from './recorded-episodes.js';
import { algorithmOf, trialDigest, trialOptions, type Trial } from './trial.js';

/** Episodes of a network that has learned, and which trial's network it is. */
export interface LeakyEpisodes extends RecordedEpisodes {
  readonly label: string;
  readonly seed: number;
  /** Of the trial. */
  readonly digest: string;
}

/**
 * Learns a synchronous trial once more, which gives the same network, and watches episodes of its final evaluation.
 *
 * @returns undefined where the signal came first
 */
export async function watchTrial(trial: Trial, signal: AbortSignal): Promise<LeakyEpisodes | undefined> {
  const { label, seed, steps } = trial;
  const training = await algorithmOf(trial).create(trialOptions(trial));
  try {
    const { stopped } = await training.run({ steps, signal });
    if (stopped || training.watch === undefined) return undefined;
    return { label, seed, digest: trialDigest(trial), ...recordEpisodes(training.watch.bind(training)) };
  } finally {
    await training.close();
  }
}

/** Episodes as they were kept, of this very trial. */
export function isEpisodeOf(trial: Trial, data: unknown): data is LeakyEpisodes {
  if (!isRecord(data) || data.digest !== trialDigest(trial)) return false;
  return [data.neurons, data.connections, data.episodes].every(Array.isArray);
}
