import { asyncVsSync } from '../../scenarios/async-vs-sync.js';
import { certificate } from '../../scenarios/certificate.js';
import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { batched } from '../../scenarios/batched.js';
import { leakyIntegrator } from '../../scenarios/leaky-integrator.js';
import { lesion } from '../../scenarios/lesion.js';
import { oscillation } from '../../scenarios/oscillation.js';
import { rerun } from '../../scenarios/rerun.js';
import { COMMAND_ROWS } from '../../scenarios/command-rows.js';
import { flaggedRows, type Scenario } from '../../scenarios/scenario.js';
import { SCENARIOS } from '../../scenarios/registry.js';
import { stragglers } from '../../scenarios/stragglers.js';
import { studyScenario } from '../../scenarios/study.js';
import { tabular } from '../../scenarios/tabular.js';
import { train } from '../../scenarios/train.js';
import { virtualCheck } from '../../scenarios/virtual-check.js';
import { tame } from './budget.js';
import type { FuzzCase } from './case.js';
import { describe } from './data.js';
import type { Draw } from './draw.js';
import { CALLS, longText, nearText, NUMBERS, TEXTS } from './values.js';

/** What lies where the command is given. */
const FILES: FuzzCase['files'] = {
  folder: null,
  'config.json': '{"seed": 2}',
  text: 'no JSON',
  'throws.mjs': 'throw new Error("no ball")',
  'other.mjs': 'export default 4',
  'half.mjs': 'export default {',
};

/** A word of the command line with its value, where it has one. */
type Pair = readonly [flag: string, value?: string];

const SHORT: readonly Pair[] = [['--steps', '60'], ['--hidden', '4'], ['--warmup', '20'], ['--batch', '8'], ['--replay', '300'], ['--episodes', '1']];
const STUDY: readonly Pair[] = [['--steps', '60'], ['--hidden', '4'], ['--seeds', '1'], ['--episodes', '1'], ['--evaluate-every', '60']];
const ALONE: readonly Pair[] = [['--parallel', '1'], ['--algorithms', 'broadcast']];

/** Scenarios, how often each is drawn, and a command line of a short run. */
const COMMANDS: readonly (readonly [weight: number, scenario: Scenario, pairs: readonly Pair[]])[] = [
  [12, train, [...SHORT, ['--partitions', '1'], ['--schedule', 'synchronous']]],
  [4, train, [...SHORT, ['--time', 'virtual'], ['--compute-time', 'exponential(0.002)'], ['--learning-message-delay', 'pareto(0.001, 2.5)'], ['--message-loss', '0.1']]],
  [3, train, [...SHORT, ['--lesion', '0.25@30'], ['--reinitialise-at', '40'], ['--observation-traces', '2,4'], ['--inhibition', 'winners(1/2)']]],
  [2, train, [...SHORT, ['--record'], ['--partitions', '2'], ['--checkpoint-every', '20']]],
  [2, train, [['--steps', '60'], ['--hidden', '4'], ['--episodes', '1'], ['--environment', 'DelayedRecall-v0(delay=3, arms=2)'], ['--rule', 'coagent'], ['--trace-decay', '0.5']]],
  ...SCENARIOS.filter(({ algorithm }) => algorithm === 'ddpg').map((ddpg) => [4, ddpg, SHORT] as const),
  [1, batched, [...SHORT, ['--replicas', '1']]],
  [1, certificate, [...SHORT, ['--neurons', '1'], ['--minibatches', '2'], ['--probe-every', '30'], ['--critics', 'linear'], ['--utility-seeds', '1'], ['--utility-steps', '60']]],
  [1, oscillation, [['--neurons', '4'], ['--duration', '1'], ['--time-step', '0.1'], ['--membrane-time-constant', '1'], ['--gain', '1.5'], ['--density', '0.5'], ['--seed', '1']]],
  [2, studyScenario(decentralisedVsDdpg), [...STUDY, ...ALONE, ['--environments', 'Pendulum-v1'], ['--evaluation-episodes', '1']]],
  [1, studyScenario(asyncVsSync), [...STUDY, ...ALONE, ['--delays', '0,1'], ['--partitions', '2']]],
  [1, studyScenario(stragglers), [...STUDY, ...ALONE, ['--schedules', 'hogwild'], ['--slowdowns', '1,2'], ['--partitions', '2'], ['--noisy-neighbour', 'off']]],
  [1, studyScenario(lesion), [...STUDY, ...ALONE, ['--fractions', '0.25'], ['--lesion-step', '30']]],
  [1, studyScenario(leakyIntegrator), [...STUDY, ['--parallel', '1'], ['--time-constants', '1'], ['--densities', '1'], ['--schedules', 'synchronous']]],
  [1, studyScenario(virtualCheck), [['--steps', '60'], ['--hidden', '4'], ['--episodes', '1'], ['--seeds', '1'], ['--evaluate-every', '60']]],
  [1, rerun, [['--threads', '1']]],
  [2, tabular, [['--steps', '200'], ['--episodes', '1'], ['--method', 'q-learning'], ['--actors', '1'], ['--seed', '1']]],
];

/** A flag, its setting, and words in which a value may be found. */
interface Flag {
  readonly flag: string;
  readonly path: string;
  readonly help: string;
}

const flagOf = ({ flag = '', path, help }: { readonly flag?: string | undefined; readonly path: string; readonly help: string }): Flag => ({ flag, path: flag === '--episodes' ? 'evaluation.episodes' : path, help });

/** Flags that every scenario has, or that some have, beside its settings. */
const SHARED: readonly Flag[] = COMMAND_ROWS.map(flagOf);

const EVERY_FLAG = [...new Map([...COMMANDS.flatMap(([, scenario]) => flaggedRows(scenario).map(flagOf)), ...SHARED].map((flag) => [flag.flag, flag])).values()];

/** Command lines: values, flags and their order altered. */
export function alterFlags(draw: Draw): FuzzCase {
  const [, scenario, pairs] = draw.weighted(COMMANDS.map((command) => [command[0], command] as const));
  let line: (Pair | string)[] = [scenario.name, ...pairs];
  const words: string[] = [];
  for (let i = draw.weighted([[5, 1], [3, 2], [1, 4]]); i > 0; i -= 1) {
    const [next, done] = alterLine(draw, line, scenario);
    line = next;
    words.push(done);
  }
  const args = line.flatMap((part) => (typeof part === 'string' ? [part] : steer(part)));
  const out = draw.chance(0.97) || args.includes('--out') ? [...args, '--out', 'run'] : args;
  return { words: [scenario.name, ...words], args: out.map((word) => word.replaceAll('\u0000', '␀')), files: FILES };
}

function alterLine(draw: Draw, line: readonly (Pair | string)[], scenario: Scenario): [(Pair | string)[], string] {
  const at = draw.below(line.length);
  const part = line[at];
  const put = (entry: Pair | string, words: string): [(Pair | string)[], string] => [line.toSpliced(at, 1, entry), words];
  const add = (entry: Pair | string, words: string): [(Pair | string)[], string] => [line.toSpliced(draw.between(1, line.length), 0, entry), words];
  const choice = draw.weighted([[8, 'value'], [6, 'own'], [2, 'foreign'], [2, 'near'], [1, 'bare'], [2, 'twice'], [1, 'joined'], [1, 'remove'], [1, 'word'], [1, 'shared']] as const);
  switch (choice) {
    case 'value': {
      const pair: Pair = typeof part === 'string' ? [part] : [part[0], valueText(draw, part[1] ?? '')];
      return typeof part === 'string' ? put(nearText(draw, part), `${part} misspelt`) : put(pair, `${pair[0]} ${describe(pair[1])}`);
    }
    case 'own':
    case 'foreign':
    case 'shared': {
      const flags = choice === 'shared' ? SHARED : choice === 'own' ? flaggedRows(scenario).map(flagOf) : EVERY_FLAG;
      const { flag, help } = draw.pick(flags);
      const value = valueText(draw, draw.pick(help.split(/[\s,:;]+/)));
      return add([flag, value], `${flag} ${describe(value)}`);
    }
    case 'near': {
      const flag = nearText(draw, typeof part === 'string' ? draw.pick(EVERY_FLAG).flag : part[0]);
      return add([flag, '1'], `${describe(flag)} 1`);
    }
    case 'bare': return typeof part === 'string' ? add('', 'an empty word') : put([part[0]], `${part[0]} without a value`);
    case 'twice': {
      const value = typeof part === 'string' ? part : valueText(draw, part[1] ?? '');
      return add(typeof part === 'string' ? part : [part[0], value], `${typeof part === 'string' ? part : part[0]} twice`);
    }
    case 'joined': {
      const word = typeof part === 'string' ? `--${part}=1` : `${part[0]}=${draw.chance(0.5) ? (part[1] ?? '') : valueText(draw, part[1] ?? '')}`;
      return put(word, describe(word));
    }
    case 'remove': return [line.toSpliced(at, 1), `without ${typeof part === 'string' ? part : part[0]}`];
    case 'word': {
      const word = draw.pick([...TEXTS, '--', '-', '---', '-h', '-x', '--no-json', '--json=true', longText(draw)]);
      return add(word, `the word ${describe(word)}`);
    }
  }
}

/** @param usual a value that the flag may take */
function valueText(draw: Draw, usual: string): string {
  const number = () => String(draw.pick(NUMBERS));
  switch (draw.weighted([[8, 'number'], [3, 'numbers'], [4, 'text'], [4, 'call'], [4, 'near'], [0.5, 'long'], [2, 'other'], [1, 'file']] as const)) {
    case 'number': return number();
    case 'numbers': return Array.from({ length: draw.pick([2, 2, 3, 50]) }, number).join(draw.pick([',', ', ', ';', ',,']));
    case 'text': return draw.pick(TEXTS);
    case 'call': return draw.pick(CALLS);
    case 'near': return nearText(draw, usual);
    case 'long': return longText(draw);
    case 'other': return usual;
    case 'file': return draw.pick(['folder', 'text', 'config.json', 'no-such-file', './throws.mjs', './other.mjs', './half.mjs', './folder', 'folder/new', 'text/new', 'run', '/dev/null', `folder/${'n'.repeat(300)}`]);
  }
}

/** The words of a pair, steered to a short run. */
function steer([flag, value]: Pair): string[] {
  if (value === undefined) return [flag];
  const path = EVERY_FLAG.find((each) => each.flag === flag)?.path ?? '';
  const parts = value.split(',').map((part) => tame(path === 'network.hidden' ? '' : path, asNumber(part)));
  const tamed = path === 'network.hidden' ? tame(path, value.split(',').map(asNumber)) : parts;
  return [flag, Array.isArray(tamed) ? tamed.join(',') : value];
}

const asNumber = (text: string): unknown => (text.trim() === '' || Number.isNaN(Number(text)) || String(Number(text)) !== text.trim() ? text : Number(text));
