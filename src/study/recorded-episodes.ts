import { isRecord } from '../check.js';
import type { EpisodeRecording } from '../simulation/record-episode.js';
import { mean } from '../telemetry/statistics.js';
import type { Measurement, Report } from './study.js';
import { algorithmOf, trialDigest, trialOptions, type Trial, type TrialResult } from './trial.js';

/** An episode without what all have in common. */
export type RecordedEpisode = Omit<EpisodeRecording, 'neurons' | 'connections'>;

/** Episodes of one network, seen from inside. */
export interface RecordedEpisodes extends Pick<EpisodeRecording, 'neurons' | 'connections'> {
  /** The first of an evaluation, and the first of the others that begins with another observation. */
  readonly episodes: readonly [RecordedEpisode, ...RecordedEpisode[]];
}

/** Steps kept of a long episode, and episodes searched for one with another first observation. */
const [MOST_STEPS, MOST_EPISODES] = [200, 10];

type RecordEpisode = (options: { readonly episode?: number; readonly steps: number }) => EpisodeRecording;

/** Records the first episode of an evaluation, and one that begins otherwise. */
export function recordEpisodes(record: RecordEpisode): RecordedEpisodes {
  const first = record({ steps: MOST_STEPS });
  const { neurons, connections } = first;
  return { neurons, connections, episodes: [courseOf(first), ...recordOther(record, first)] };
}

function recordOther(record: RecordEpisode, first: EpisodeRecording): RecordedEpisode[] {
  for (let episode = 1; episode < MOST_EPISODES; episode += 1) {
    const other = record({ episode, steps: MOST_STEPS });
    if (firstSeen(other) !== firstSeen(first)) return [courseOf(other)];
  }
  return [];
}

function firstSeen({ neurons, voltages }: EpisodeRecording): string {
  return voltages[0].filter((_, neuron) => neurons[neuron].kind === 'observation').join();
}

function courseOf({ voltages, rewards, return: episodeReturn, steps }: EpisodeRecording): RecordedEpisode {
  return { voltages, rewards, return: episodeReturn, steps };
}

/** Episodes of a trained network, and the trial whose network it is. */
export interface TrialEpisodes extends RecordedEpisodes {
  readonly label: string;
  readonly seed: number;
  /** Of the trial. */
  readonly digest: string;
}

/** The trial of a row with the highest return, the first of equals. */
export function bestTrial<R>({ entries }: Pick<Report<object, R>, 'entries'>, row: R | undefined): TrialResult | undefined {
  const own = entries.find((entry) => entry.row === row)?.results.filter(({ failure }) => failure === null) ?? [];
  return own.toSorted((a, b) => mean(b.returns) - mean(a.returns)).at(0);
}

/**
 * The measurement that repeats the best synchronous trial of a row, which gives the same network, and records episodes of its final evaluation.
 *
 * @param rowOf the row; none yet if undefined
 */
export function recordingOf<S extends object, R>(rowOf: (rows: readonly R[]) => R | undefined): Measurement<S, R, TrialEpisodes> {
  const choose = (report: Report<S, R, never>) => bestTrial(report, rowOf(report.rows));
  return {
    file: 'episode.json',
    isKnown(data, report): data is TrialEpisodes {
      const chosen = choose(report);
      if (chosen === undefined || !isRecord(data) || data.digest !== trialDigest(chosen.trial)) return false;
      return [data.neurons, data.connections, data.episodes].every(Array.isArray);
    },
    async run(report, signal) {
      const chosen = choose(report);
      if (chosen === undefined || signal.aborted) return undefined;
      process.stderr.write(`repeating ${chosen.trial.label}, seed ${chosen.trial.seed}, to record its activity\n`);
      return recordTrial(chosen.trial, signal);
    },
  };
}

async function recordTrial(trial: Trial, signal: AbortSignal): Promise<TrialEpisodes | undefined> {
  const { label, seed, steps } = trial;
  const training = await algorithmOf(trial).create(trialOptions(trial));
  try {
    const { stopped } = await training.run({ steps, signal });
    if (stopped || training.recordEpisode === undefined) return undefined;
    return { label, seed, digest: trialDigest(trial), ...recordEpisodes(training.recordEpisode.bind(training)) };
  } finally {
    await training.close();
  }
}
