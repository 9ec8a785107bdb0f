// Loaded into a command under test before anything else: tells at its end, on descriptor 3, what it took.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { peakMemory } from './peak-memory.js';

if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, memoryBytes: peakMemory() }));
  });
}
