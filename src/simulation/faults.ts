import { checkNumber } from '../check.js';
import { createStream } from '../random/stream.js';
import type { Simulation } from './simulation.js';

/**
 * Kills a worker, drawn at random from the seed, every so many seconds. A draw falls flat where that worker has not been replaced yet.
 *
 * @param seconds 0: never
 * @returns ends it
 */
export function killWorkersEvery(simulation: Simulation, seconds: number): () => void {
  checkNumber('seconds', seconds, { min: 0, max: 1_000_000 });
  if (seconds === 0) return () => undefined;
  const { seed, partitions } = simulation.settings;
  const stream = createStream(seed, 'faults');
  const timer = setInterval(() => { simulation.kill(stream.integer(partitions)); }, 1000 * seconds);
  return () => { clearInterval(timer); };
}
