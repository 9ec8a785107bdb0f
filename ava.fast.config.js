// The tests for daily work, `npm run test:fast`: all but those that run commands, learn for long, or stop threads and restart them.
import all from './ava.config.js';

const SLOW = [
  'test/{batched,certificate,fuzz,placement,runtime,scenarios,study}/**',
  'test/{environment,rule}/modules.test.ts',
  'test/entries/package.test.ts',
  'test/simulation/{acting,contract,determinism,environments,free-acting,learning,memory,resume,virtual}.test.ts',
];

export default { ...all, files: [...all.files, ...SLOW.map((pattern) => `!${pattern}`)] };
