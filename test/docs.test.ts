import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import test from 'ava';

import { chooseScenario, Given, readWords } from '../scenarios/command-line.js';
import { addScenario } from '../scenarios/registry.js';
import { loadStudy } from '../scenarios/study.js';

addScenario(await loadStudy('examples/noise-study.js')); // the documents run it

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
const texts = new Map(DOCUMENTS.map((name) => [name, readFileSync(name, 'utf8')]));

const FENCE = /^```(\w*)\n([\s\S]*?)^```/gm;

/** Files that a document's relative links and pictures point to. */
function linksOf(name: string): string[] {
  const prose = (texts.get(name) ?? '').replace(FENCE, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.split('#')[0]);
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target)).map((target) => normalize(join(dirname(name), target)));
}

/** Lines of its shell blocks and code within its sentences that begin as a command does. */
function commandsOf(name: string, start: string): string[] {
  const text = texts.get(name) ?? '';
  const blocks = [...text.matchAll(FENCE)].filter(([, language]) => language === 'sh').flatMap(([, , code]) => code.split('\n'));
  const inline = [...text.replace(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
  return [...blocks, ...inline].flatMap((line) => line.replace(/\s#.*$/, '').split('&&')).map((line) => line.trim()).filter((line) => line.startsWith(start));
}

/** The words of a command as a shell would pass them on, up to a pipe or a redirection. */
function shellWords(command: string): string[] {
  const words = [...command.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word.replace(/^(['"])(.*)\1$/, '$2'));
  const end = words.findIndex((word) => word === '|' || word === '>');
  return end < 0 ? words : words.slice(0, end);
}

/** Without the flags whose values are files of the reader's own. */
function withoutFiles(words: readonly string[]): string[] {
  return words.filter((word, i) => ![word, words[i - 1]].some((each) => each === '--config' || each === '--graph'));
}

test('every relative link points to a file', (t) => {
  const broken = DOCUMENTS.flatMap((name) => linksOf(name).filter((target) => !existsSync(target)).map((target) => `${name}: ${target}`));
  t.deepEqual(broken, []);
});

test('every document can be reached from the README', (t) => {
  const reached = new Set(['README.md']);
  for (const name of reached) for (const target of linksOf(name)) if (texts.has(target)) reached.add(target);
  t.deepEqual(DOCUMENTS.filter((name) => !reached.has(name)), []);
});

test('the README has at most 150 lines of at most 120 characters', (t) => {
  const lines = (texts.get('README.md') ?? '').trimEnd().split('\n');
  t.true(lines.length <= 150, String(lines.length));
  t.deepEqual(lines.filter((line) => line.length > 120), []);
});

for (const name of DOCUMENTS.filter((each) => each !== 'CHANGELOG.md')) {
  const commands = commandsOf(name, 'node scenarios/run').filter((command) => !/[<…]/.test(command));
  if (commands.length === 0) continue;
  test(`the commands of ${name} would be taken`, (t) => {
    for (const command of commands) {
      t.notThrows(() => {
        const words = readWords(withoutFiles(shellWords(command).slice(2)));
        const scenario = chooseScenario(words);
        const { options } = new Given(scenario, words);
        if (!/\.js|native/.test(command)) scenario.table.resolve(options); // a module is loaded first, and native kernels are built
      }, command);
    }
  });
}

test('every script that a document names is there', (t) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  for (const name of DOCUMENTS) for (const command of commandsOf(name, 'npm run')) t.true(command.split(' ')[2] in scripts, `${name}: ${command}`);
});
