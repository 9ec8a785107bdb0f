import { checkNumber } from '../check.js';
import { createStream } from '../random/stream.js';

/**
 * Kills a worker, drawn at random from the seed, every so many seconds. A draw has no effect if that worker has not been replaced yet.
 *
 * @param workers that there are
 * @param seconds 0: never
 * @returns ends it
 */
export function injectWorkerFaults(training: { readonly settings: { readonly seed: number }; kill(worker: number): void }, workers: number, seconds: number): () => void {
  checkNumber('seconds', seconds, { min: 0, max: 1_000_000 });
  if (seconds === 0) return () => undefined;
  const stream = createStream(training.settings.seed, 'faults');
  const timer = setInterval(() => { training.kill(stream.integer(workers)); }, 1000 * seconds);
  return () => { clearInterval(timer); };
}
