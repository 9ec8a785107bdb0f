// The tests for daily work, `npm run test:fast`: all but those that run commands, learn for long, or stop threads and restart them.
import all from './ava.config.js';

const SLOW = [
  'test/{batched,certificate,fuzz,placement,runtime,scenarios,study}/**',
  'test/environment/{memory,modules,toy-text}.test.ts',
  'test/rule/{contract,modules}.test.ts',
  'test/checkpoint/forged.test.ts',
  'test/entries/package.test.ts',
  'test/simulation/{acting,actor-learners,contract,determinism,environments,free-acting,learning,lesion,memory,neurons,pauses,rerun,resume,virtual,virtual-actor-learners}.test.ts',
];

export default { ...all, files: [...all.files, ...SLOW.map((pattern) => `!${pattern}`)] };
