import { workerData } from 'node:worker_threads';

import { runSecondThread, type SecondThreadTask } from '../src/algorithm/ddpg/update-buffers.js';
import { loadModules, type ModuleUrls } from '../src/modules.js';

const { modules, ...task } = workerData as SecondThreadTask & { readonly modules: ModuleUrls }; // from `startSecond`
await loadModules(modules);
runSecondThread(task);
