import type { Flag } from './options.js';
import type { Resumption } from './resumption.js';

/** Episodes of the evaluation at the end where nothing is said. */
export const EPISODES = 20;

/** What the command line hands to a scenario. */
export interface ScenarioInput {
  /** Settings from `--config` and flags, nested as in a config.json; not checked yet. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Folder to leave the run in; by default a new one in `runs/`. */
  readonly out: string | undefined;
  /** Episodes of the evaluation at the end; where nothing was said, the scenario decides. */
  readonly episodes: number | undefined;
  /** True where the last line on stdout is to be one JSON object. */
  readonly json: boolean;
  /** Steps between checkpoints, 0 for none; where nothing was said, the scenario decides. */
  readonly checkpointEvery: number | undefined;
  /** True where the run is to be recorded. */
  readonly record: boolean;
  /** True where an episode is to be drawn from inside. */
  readonly watch: boolean;
  /** What the scenario does it to; undefined where it needs nothing or was given nothing. */
  readonly subject: string | undefined;
  /** The run to go on with; undefined for a new one. */
  readonly resume: Resumption | undefined;
  /** Kill a worker on purpose every so many seconds; 0: never. */
  readonly killWorkerEvery: number;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/** One thing that `node scenarios/run` can do: one file and one line in the registry. */
export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** What it can be told, besides the options that every scenario takes. */
  readonly flags: readonly Flag[];
  /** The settings where nothing is given: `--help` prints them as defaults. */
  readonly defaults: object;
  /** True where it takes checkpoints and can go on from them. */
  readonly resumable: boolean;
  /** False where nothing is evaluated at its end. */
  readonly evaluates?: false;
  /** True where it runs on workers that can be killed on purpose. */
  readonly mortal?: boolean | undefined;
  /** True where its runs can be recorded. */
  readonly recordable?: true;
  /** True where its network can be watched from inside. */
  readonly watchable?: true;
  /** What it is done to, as `--help` names it: the word after the scenario. Absent where there is none. */
  readonly subject?: string;
  /** Runs it to its end and returns the process's exit status. */
  run(input: ScenarioInput): Promise<number>;
}
