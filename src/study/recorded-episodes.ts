import type { WatchedEpisode } from '../simulation/watch.js';

/** An episode without what all have in common. */
export type RecordedEpisode = Omit<WatchedEpisode, 'neurons' | 'connections'>;

/** Episodes of one network, seen from inside. */
export interface RecordedEpisodes extends Pick<WatchedEpisode, 'neurons' | 'connections'> {
  /** The first of an evaluation, and the first of the others that begins with another observation. */
  readonly episodes: readonly [RecordedEpisode, ...RecordedEpisode[]];
}

/** What is kept of a long episode, and among how many one is looked for that begins otherwise. */
const [MOST_STEPS, MOST_EPISODES] = [200, 10];

type Watch = (options: { readonly episode?: number; readonly steps: number }) => WatchedEpisode;

/** Watches the first episode of an evaluation, and one that begins otherwise. */
export function recordEpisodes(watch: Watch): RecordedEpisodes {
  const first = watch({ steps: MOST_STEPS });
  const { neurons, connections } = first;
  return { neurons, connections, episodes: [courseOf(first), ...watchOther(watch, first)] };
}

function watchOther(watch: Watch, first: WatchedEpisode): RecordedEpisode[] {
  for (let episode = 1; episode < MOST_EPISODES; episode += 1) {
    const other = watch({ episode, steps: MOST_STEPS });
    if (firstSeen(other) !== firstSeen(first)) return [courseOf(other)];
  }
  return [];
}

function firstSeen({ neurons, voltages }: WatchedEpisode): string {
  return voltages[0].filter((_, neuron) => neurons[neuron].kind === 'observation').join();
}

function courseOf({ voltages, rewards, return: episodeReturn, steps }: WatchedEpisode): RecordedEpisode {
  return { voltages, rewards, return: episodeReturn, steps };
}
