import { basename } from 'node:path';

import { checkKeys, checkLabel, checkName, checkObject, isRecord, LONGEST_NAME, wrongValue } from '../check.js';
import { canonicalName, isModuleName, MODULE_PATTERN } from '../modules.js';
import { ENVIRONMENT } from '../environment/options.js';
import { kind, listOf, refine, type Kind } from '../options/kind.js';
import { option, type At } from '../options/row.js';
import { showValue, splitList } from '../options/text.js';
import { findRule } from '../rule/registry.js';
import { ALGORITHM_NAMES, findAlgorithm, fitsTask, type Options } from './algorithm.js';
import { refuseRepeated } from './plan.js';

/** Stands for all algorithms. */
const ALL = 'all';

interface Limits {
  /** Names that may be given besides paths of modules. */
  readonly known: readonly string[];
  /** Tasks, one of which at least it must be able to learn; none: not checked. */
  readonly environments?: readonly string[];
  /** False if a rule may not read more than neurons of other partitions publish. */
  readonly oracles?: boolean;
}

/** An algorithm by its name, or a rule of the user's by the path of its module. */
export function algorithmName({ known, environments = [], oracles = true }: Limits): Kind<string> {
  return kind({
    check(path, value) {
      const name = typeof value === 'string' ? canonicalName(value) : value;
      const isOwn = typeof name === 'string' && !ALGORITHM_NAMES.includes(name) && findAlgorithm(name) !== undefined && (oracles || findRule(name)?.locality !== 'weights');
      const found = isOwn ? name : checkName(path, name, known);
      if (environments.length > 0 && findAlgorithm(found) !== undefined && !environments.some((environment) => fitsTask(found, environment))) {
        throw wrongValue(path, `algorithms that can learn the actions of ${environments.join(' or ')}`, found);
      }
      return found;
    },
    argument: 'name',
    schema: { anyOf: [{ enum: known }, { type: 'string', pattern: MODULE_PATTERN }] },
  });
}

/** What tables call an algorithm: its name, or the name of the file of a module. */
export function shortName(algorithm: string): string {
  return isModuleName(algorithm) ? basename(algorithm).replace(/\.[cm]?js$/, '') : algorithm;
}

/** An algorithm as an arm, with a label and options of its own. */
export interface AlgorithmArm {
  readonly label: string;
  readonly algorithm: string;
  /** Differences from the settings that the algorithm ships with for each task. */
  readonly options: Options;
}

/** An arm as it may be given: a name, or with a label and options. */
export type GivenArm = string | { readonly label?: string; readonly algorithm: string; readonly options?: Options };

/** Algorithms by name, or as objects with labels and options, which a file can give; `all` means all that can learn one of the tasks. */
export function algorithmArms(environments: readonly string[], known: readonly string[] = ALGORITHM_NAMES): Kind<readonly AlgorithmArm[], readonly GivenArm[]> {
  const single = algorithmName({ known, environments });
  const plain = (algorithm: string): AlgorithmArm => ({ label: shortName(algorithm), algorithm, options: {} });
  const entry = kind<AlgorithmArm>({
    check(path, value) {
      if (!isRecord(value)) return plain(single.check(path, value));
      checkKeys(path, value, ['label', 'algorithm', 'options']);
      const algorithm = single.check(`${path}.algorithm`, value.algorithm);
      return { label: value.label === undefined ? shortName(algorithm) : checkLabel(`${path}.label`, value.label), algorithm, options: checkObject(`${path}.options`, value.options ?? {}) };
    },
    argument: 'name',
    schema: { anyOf: [single.schema, { type: 'object', properties: { label: { type: 'string', minLength: 1, maxLength: LONGEST_NAME }, algorithm: single.schema, options: { type: 'object' } }, required: ['algorithm'], additionalProperties: false }] },
  });
  return {
    ...listWithAll(entry, ({ label }) => label, { known, environments }),
    show: (value) => showValue(Array.isArray(value) ? value.map((each: unknown) => (isRecord(each) ? each.algorithm : each)) : value),
  };
}

/** Names of algorithms, each once; `all` means all that can learn the task. */
export function algorithmNames(limits: Limits): Kind<readonly string[], readonly string[]> {
  return listWithAll(algorithmName(limits), String, limits);
}

/** The option `algorithms`: names of some that can learn the task. */
export function algorithmsOption(limits: Limits, initial: readonly string[], help: string) {
  return option('algorithms', algorithmNames(limits), {
    default: initial, narrow: (at) => algorithmNames({ ...limits, environments: [at(ENVIRONMENT)] }), flag: '--algorithms', help, group: 'Run', everyday: true,
  });
}

/** An option for one rule that can learn the task. */
export function ruleOption<const Path extends string>(path: Path, limits: Limits, details: { readonly default: string | ((at: At) => string); readonly flag: string; readonly shown?: string }) {
  return option(path, algorithmName(limits), {
    narrow: (at) => algorithmName({ ...limits, environments: [at(ENVIRONMENT)] }), help: `learning rule: ${limits.known.join(', ')}, or the path of your own rule or credit`, group: 'Run', everyday: true, ...details,
  });
}

/** A list in which nothing comes twice. @param name of an entry */
function listWithAll<Value, Given>(entry: Kind<Value>, name: (value: Value) => string, { known, environments = [] }: Limits): Kind<readonly Value[], readonly Given[]> {
  const fitting = () => known.filter((algorithm) => environments.length === 0 || environments.some((environment) => fitsTask(algorithm, environment)));
  const each = kind<readonly Value[]>({
    ...entry,
    check: (path, value) => (value === ALL ? fitting().map((algorithm) => entry.check(path, algorithm)) : [entry.check(path, value)]),
    schema: { anyOf: [{ const: ALL }, entry.schema] },
  });
  return kind({
    ...refine(listOf(each, `a list of ${known.join(', ')}, or ${ALL}`, { least: 1 }), (path, given) => {
      refuseRepeated(path, given.flat().map(name));
      return given.flat();
    }),
    parse: splitList,
  });
}
