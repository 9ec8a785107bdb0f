import { workerData } from 'node:worker_threads';

import { runSecond, type SecondTask } from '../src/baseline/second.js';
import { loadModules, type ModuleUrls } from '../src/modules.js';

const { modules, ...task } = workerData as SecondTask & { readonly modules: ModuleUrls }; // from `startSecond`
await loadModules(modules);
runSecond(task);
