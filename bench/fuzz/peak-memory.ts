import { readFileSync } from 'node:fs';

/** Peak of resident memory of this program, in bytes. `maxRSS` would count what its parent had when it was forked, too. */
export function peakMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
