/**
 * How fast it is, as ratios measured in one run: `npm run bench`. Contenders run interleaved, several times each; of everything the
 * median of the repeats is reported, and the extremes.
 *
 *   npm run bench -- --only kernels --repeats 15 --json before.json
 *   npm run bench -- --compare before.json after.json
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

import { checkInteger, checkName, checkNumber, replaceFile, textTable, wrongValue } from '../src/entries/internals.js';
import { readArguments } from './arguments.js';
import { changesTable, compareRuns, readBenchFile } from './compare.js';
import { kernelSection } from './kernels.js';
import { layerSection } from './layers.js';
import type { Effort, Measurement, Section } from './measure.js';
import { replaySection } from './replay.js';
import { SCHEDULE_SECTIONS } from './schedules.js';
import { sparseSection } from './sparse.js';
import { trainingSection } from './training.js';

const SECTIONS: readonly Section[] = [kernelSection, sparseSection, layerSection, trainingSection, replaySection, ...SCHEDULE_SECTIONS];

interface Flags {
  readonly sections: readonly Section[];
  readonly effort: Partial<Effort>;
  readonly file: string | undefined;
  readonly compare: readonly [before: string, after: string] | undefined;
}

const USAGE = `npm run bench [-- options]

  --only <section>          ${SECTIONS.map(({ name }) => name).join(', ')}
  --repeats <count>         repeats of each measurement
  --seconds <seconds>       length of each repeat
  --json <file>             write the figures here
  --compare <file> <file>   compare two files that --json wrote; exit status 1 if a figure is slower beyond the spread`;

const readFlags = () => readArguments(USAGE, {
  options: { only: { type: 'string' }, repeats: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'string' }, compare: { type: 'boolean' } },
  allowPositionals: true,
}, ({ values, positionals }): Flags => {
  const only = values.only === undefined ? undefined : checkName('--only', values.only, SECTIONS.map(({ name }) => name));
  if (positionals.length !== (values.compare === true ? 2 : 0)) throw wrongValue('--compare', 'two files that --json wrote, and no other argument without a flag', positionals.join(' '));
  return {
    sections: SECTIONS.filter(({ name }) => only === undefined || name === only),
    effort: {
      ...(values.repeats !== undefined && { repeats: checkInteger('--repeats', Number(values.repeats), { min: 1, max: 1000 }) }),
      ...(values.seconds !== undefined && { seconds: checkNumber('--seconds', Number(values.seconds), { min: 0.001, max: 600 }) }),
    },
    file: values.json,
    compare: values.compare === true ? [positionals[0], positionals[1]] : undefined,
  };
});

function tellChanges([before, after]: readonly [before: string, after: string]): void {
  const [then, now] = [before, after].map((path) => readBenchFile(path, readFileSync(path, 'utf8')));
  const changes = compareRuns(then, now);
  const slower = changes.filter(({ verdict }) => verdict === 'slower').length;
  console.log(`${changes.length} figures in both runs: ${slower} slower beyond the spread, ${changes.filter(({ verdict }) => verdict === 'faster').length} faster`);
  console.log(textTable(changesTable(changes)));
  if (slower > 0) process.exitCode = 1;
}

async function measureAll({ sections, effort, file }: Flags): Promise<void> {
  const measurements: Measurement[] = [];
  for (const section of sections) {
    const result = await section.measure({ ...section.effort, ...effort });
    measurements.push(...result.measurements);
    for (const { title, table } of result.tables) console.log(`\n${title}\n${textTable(table)}`);
    if (file !== undefined) replaceFile(file, `${JSON.stringify({ node: process.version, cores: availableParallelism(), processor: cpus()[0].model, measurements }, null, 1)}\n`);
  }
}

const flags = readFlags();
if (flags.compare) tellChanges(flags.compare);
else await measureAll(flags);
