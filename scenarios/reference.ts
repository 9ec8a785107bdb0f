import { isRecord } from '../src/entries/internals.js';
import type { AnyRow } from '../src/entries/study.js';
import { writeFlag } from './command-line.js';
import { defaultOf } from './help.js';
import { SCENARIOS } from './registry.js';
import { flaggedRows, type Scenario } from './scenario.js';

/** The reference page of all options, in Markdown: docs/options.md, which `npm run docs:options` writes. */
export function referencePage(): string {
  return `${[INTRODUCTION, ...SCENARIOS.map((scenario, i) => sectionOf(scenario, mostAlike(scenario, SCENARIOS.slice(0, i))))].join('\n')}\n`;
}

const INTRODUCTION = `# Options

Look up here what an option is called, what it may be and what it is unless given. The page is generated from the table that the program itself uses
(\`npm run docs:options\`). Options without a flag are set in a configuration file (\`--config\`) or by a program; \`network.hidden\` is the key \`hidden\` in the
object \`network\`. Defaults are those of Pendulum-v1 and of the rule broadcast; other tasks and rules ship with some of their own, and the config.json of a run
has them all. \`node scenarios/run <scenario> --schema\` prints the JSON schema of a scenario's configuration files, which \`npm run build\` also leaves in
dist/schemas/: a file that names one as \`"$schema"\` is completed and checked in an editor.
`;

/** Of the scenarios before it, the first that has the most options in common. */
function mostAlike(scenario: Scenario, earlier: readonly Scenario[]): Scenario | undefined {
  const lines = new Set(allRows(scenario).map((row) => lineOf(scenario, row)));
  const common = earlier.map((each) => allRows(each).filter((row) => lines.has(lineOf(each, row))).length);
  return earlier.at(common.indexOf(Math.max(...common)));
}

/** @param like the scenario whose options are not explained again where they are the same */
function sectionOf(scenario: Scenario, like?: Scenario): string {
  const described = allRows(scenario).map((row) => ({ row, line: lineOf(scenario, row) }));
  const known = like === undefined ? [] : allRows(like).map((row) => lineOf(like, row));
  const own = described.filter(({ line }) => !known.includes(line));
  const same = described.filter(({ line }) => known.includes(line)).map(({ row }) => `\`${row.flag ?? row.path}\``);
  const groups = [...new Set(own.map(({ row }) => row.group))];
  return [
    `## ${scenario.name}`,
    '',
    `${scenario.summary}.`,
    '',
    ...groups.flatMap((group) => [`### ${group}`, '', HEAD, ...own.filter(({ row }) => row.group === group).map(({ line }) => line), '']),
    ...(same.length > 0 && like !== undefined ? [`As ${like.name}: ${same.join(', ')}.`, ''] : []),
  ].join('\n');
}

function allRows(scenario: Scenario): AnyRow[] {
  return [...new Set([...scenario.table.rows, ...flaggedRows(scenario)])];
}

const HEAD = '| flag | in a file | may be | unless given | |\n| --- | --- | --- | --- | --- |';

function lineOf(scenario: Scenario, row: AnyRow): string {
  const { flag, path, help, unit, kind, argument } = row;
  const isSetting = scenario.table.rows.includes(row);
  const cells = [
    flag === undefined ? '' : `\`${writeFlag(row)}\``,
    isSetting ? `\`${path}\`` : '',
    argument === null ? '' : `${wordsOf(kind.schema)}${unit === undefined ? '' : `, in ${unit}`}`,
    defaultOf(scenario, row) ?? '',
    help,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A schema in a few words. */
export function wordsOf(schema: unknown): string {
  if (!isRecord(schema)) return 'anything';
  const { type, enum: names, const: only, anyOf, items } = schema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(wordsOf))].join(' or ');
  if (Array.isArray(names)) return names.length > 5 ? 'a name' : names.join(', ');
  if (only !== undefined) return typeof only === 'string' ? only : JSON.stringify(only);
  if (type === 'array') return items === undefined ? 'a list' : `a list: ${wordsOf(items)}`;
  const noun: Readonly<Record<string, string>> = { number: 'number', integer: 'whole number', boolean: 'on, off', string: 'text', null: 'none', object: 'an object' };
  const limits = Object.entries({ minimum: '≥', exclusiveMinimum: '>', maximum: '≤', exclusiveMaximum: '<' }).flatMap(([key, sign]) => (key in schema ? [`${sign} ${String(schema[key])}`] : []));
  return [noun[String(type)] ?? 'anything', ...limits].join(' ');
}
