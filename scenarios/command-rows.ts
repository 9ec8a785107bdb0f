import { integer, number, onOff, option, optional, text, type SettingsOf, oneOf } from '../src/entries/study.js';
import { availableParallelism } from 'node:os';

import { TRAINABLE } from '../src/entries/internals.js';
import { CHECKPOINT_EVERY } from './resumption.js';

/** Episodes of the final evaluation, unless given. */
export const EPISODES = 20;

const group = 'Run';

/** A flag without a value. */
const bare = { argument: null, group: 'Command line' } as const;

const LIST = option('list', onOff, { ...bare, default: false, flag: '--list', help: 'list the scenarios and exit' });
const HELP = optional('help', text, { group: bare.group, flag: '--help', argument: '[all]', help: 'show the everyday options of the scenario, or all, and exit' });
const SCHEMA = option('schema', onOff, { ...bare, default: false, flag: '--schema', help: 'print the JSON schema of the scenario\'s configuration files and exit' });
const JSON_LINE = option('json', onOff, { ...bare, default: false, flag: '--json', help: 'print one JSON object as the last line on stdout' });

export const OUT = optional('out', text, { flag: '--out', argument: 'folder', shown: 'a new one in runs/', help: 'folder for the results', group, everyday: true });

const ALGORITHMS = TRAINABLE.map(({ name }) => name);

/** The algorithm of `train`, and of files without one. */
export const [DEFAULT_ALGORITHM] = ALGORITHMS;

export const ALGORITHM = optional('algorithm', oneOf(ALGORITHMS), { flag: '--algorithm', shown: DEFAULT_ALGORITHM, help: `what learns, and which options there are: ${ALGORITHMS.join(', ')}`, group, everyday: true });

export const CONFIG = optional('config', text, {
  flag: '--config', argument: 'file', help: 'JSON file of settings, for example the config.json of a run; flags override it', group, everyday: true,
});

export const FINAL = optional('episodes', integer({ min: 1 }), { flag: '--episodes', shown: String(EPISODES), help: 'episodes of the final evaluation', group });

export const CHECKPOINTS = optional('checkpointEvery', integer({ min: 0 }), {
  flag: '--checkpoint-every', argument: 'steps', unit: 'environment steps', shown: String(CHECKPOINT_EVERY), help: 'environment steps between checkpoints, 0 for none',
  group: bare.group,
});

export const RESUME = optional('resume', text, {
  flag: '--resume',
  argument: 'folder',
  help:
    'resume the run in this folder from its newest checkpoint, with its settings; --steps sets a new total: learning rates stay at their final values'
    + ' past the former one',
  group: bare.group,
});

export const RECORD = option('record', onOff, {
  ...bare, default: false, flag: '--record',
  help: 'keep a journal of what partitions read of one another, or of the order in which actors update (then with --updates ordered); the scenario rerun repeats the run from it bit for bit',
});

export const RECORD_ACTIVITY = option('recordActivity', onOff, {
  ...bare, default: false, flag: '--record-activity', formerly: ['--watch'], help: 'record all voltages in one episode after training, and draw them with the connection matrix',
});

export const KILLING = option('killWorkerEvery', number({ min: 0, max: 1_000_000 }), {
  default: 0, flag: '--kill-worker-every', unit: 'seconds', help: 'fault injection: interval at which a worker thread is terminated; 0: never', group: bare.group,
});

/** The one option of the command line that the configuration file of a study may contain. */
export const PARALLEL = option('parallel', integer({ min: 1, max: 256 }), {
  default: () => availableParallelism(), flag: '--parallel', shown: 'as many as there are cores', help: 'number of trials run at the same time', group: 'Study',
});

/** Options of every scenario. */
export const EVERYWHERE = [OUT, JSON_LINE, LIST, HELP, SCHEMA] as const;

/** Options of the command line, as opposed to settings of a run. */
export const COMMAND_ROWS = [...EVERYWHERE, ALGORITHM, CONFIG, FINAL, CHECKPOINTS, RESUME, RECORD, RECORD_ACTIVITY, KILLING, PARALLEL] as const;

export type CommandSettings = SettingsOf<(typeof COMMAND_ROWS)[number]>;
