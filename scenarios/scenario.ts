import type { SimulationOptions } from '../src/index.js';

/** What the command line hands to a scenario. */
export interface ScenarioInput {
  readonly options: SimulationOptions;
  /** Folder to leave the run in; by default a new one in `runs/`. */
  readonly out: string | undefined;
  /** Episodes of each evaluation. */
  readonly episodes: number;
  /** True where the last line on stdout is to be one JSON object. */
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/** One thing that `node scenarios/run` can do: one file and one line in the registry. */
export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** Runs it to its end and returns the process's exit status. */
  run(input: ScenarioInput): Promise<number>;
}
