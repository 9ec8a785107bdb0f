import { integer, number, onOff, option, optional, text, type SettingsOf, oneOf } from '../src/entries/study.js';
import { availableParallelism } from 'node:os';

import { TRAINABLE } from '../src/entries/internals.js';
import { CHECKPOINT_EVERY } from './resumption.js';

/** Episodes of the evaluation at the end where nothing is said. */
export const EPISODES = 20;

const group = 'Run';

/** A flag without a value. */
const bare = { argument: null, group: 'Command line' } as const;

const LIST = option('list', onOff, { ...bare, default: false, flag: '--list', help: 'list the scenarios and stop' });
const HELP = optional('help', text, { group: bare.group, flag: '--help', argument: '[all]', help: 'show the everyday options of the scenario, or all, and stop' });
const SCHEMA = option('schema', onOff, { ...bare, default: false, flag: '--schema', help: 'print the JSON schema of the scenario\'s configuration files and stop' });
const JSON_LINE = option('json', onOff, { ...bare, default: false, flag: '--json', help: 'print one JSON object as the last line on stdout' });

export const OUT = optional('out', text, { flag: '--out', argument: 'folder', shown: 'a new one in runs/', help: 'folder to leave the run in', group, everyday: true });

const ALGORITHMS = TRAINABLE.map(({ name }) => name);

export const ALGORITHM = optional('algorithm', oneOf(ALGORITHMS), { flag: '--algorithm', shown: ALGORITHMS[0], help: `what learns, and which options there are: ${ALGORITHMS.join(', ')}`, group, everyday: true });

export const CONFIG = optional('config', text, {
  flag: '--config', argument: 'file', help: 'JSON file of settings, for example a config.json of an earlier run; flags override it', group, everyday: true,
});

export const FINAL = optional('episodes', integer({ min: 1 }), { flag: '--episodes', shown: String(EPISODES), help: 'episodes of the evaluation at the end', group });

export const CHECKPOINTS = optional('checkpointEvery', integer({ min: 0 }), {
  flag: '--checkpoint-every', argument: 'steps', unit: 'environment steps', shown: String(CHECKPOINT_EVERY), help: 'environment steps between checkpoints, 0 for none',
  group: bare.group,
});

export const RESUME = optional('resume', text, {
  flag: '--resume',
  argument: 'folder',
  help:
    'go on with the run in this folder from its newest checkpoint, with its settings; --steps, in all, takes it further than it was going: learning rates '
    + 'then stay where they had fallen to',
  group: bare.group,
});

export const RECORD = option('record', onOff, {
  ...bare, default: false, flag: '--record',
  help: 'keep a journal of what the partitions read of one another, from which the scenario replay repeats the run bit for bit',
});

export const WATCH = option('watch', onOff, {
  ...bare, default: false, flag: '--watch', help: 'draw an episode of the network as it ends up, from inside: voltages over time, and the connection matrix',
});

export const KILLING = option('killWorkerEvery', number({ min: 0, max: 1_000_000 }), {
  default: 0, flag: '--kill-worker-every', unit: 'seconds', help: 'kill a worker on purpose this often, to see that the run goes on; 0: never', group: bare.group,
});

/** The one option of the command line that a study's configuration file may hold too. */
export const PARALLEL = option('parallel', integer({ min: 1, max: 256 }), {
  default: () => availableParallelism(), flag: '--parallel', shown: 'as many as there are cores', help: 'trials at a time', group: 'Study',
});

/** What every scenario takes. */
export const EVERYWHERE = [OUT, JSON_LINE, LIST, HELP, SCHEMA] as const;

/** Everything that is said on the command line alone, and is no setting of what is run. */
export const COMMAND_ROWS = [...EVERYWHERE, ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME, RECORD, WATCH, KILLING, PARALLEL] as const;

export type CommandSettings = SettingsOf<(typeof COMMAND_ROWS)[number]>;
