import { workerData } from 'node:worker_threads';

import { runSecond, type SecondTask } from '../src/baseline/second.js';

runSecond(workerData as SecondTask); // from `startSecond`
