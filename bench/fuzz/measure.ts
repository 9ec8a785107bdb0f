// Loaded into a command under test before anything else: writes its resource usage to descriptor 3 at its end.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { peakMemory } from './peak-memory.js';

if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, memoryBytes: peakMemory() }));
  });
}
