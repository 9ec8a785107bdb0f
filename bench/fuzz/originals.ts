import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SHORT = ['--steps', '60', '--hidden', '4', '--warmup', '20', '--batch', '8', '--replay', '300', '--episodes', '1'];
const KEPT = ['--checkpoint-every', '20'];

/** The command line that makes each whole folder, which cases then alter. */
export const ORIGINALS = {
  synchronous: [...SHORT, ...KEPT, '--schedule', 'synchronous', '--partitions', '1'],
  virtual: [...SHORT, ...KEPT, '--time', 'virtual', '--learning-message-delay', 'exponential(0.001)', '--environments', '2'],
  stream: ['--steps', '60', '--hidden', '4', '--episodes', '1', ...KEPT, '--environment', 'TMaze-v0(length=4)', '--rule', 'sarsa', '--schedule', 'synchronous', '--partitions', '1'],
  death: [...SHORT, ...KEPT, '--schedule', 'synchronous', '--partitions', '2', '--lesion', '0.5@30', '--reinitialise-at', '50'],
  ddpg: ['ddpg', ...SHORT, ...KEPT],
  recorded: [...SHORT, '--record', '--partitions', '3', '--checkpoint-every', '0'],
  bounded: [...SHORT, '--record', '--partitions', '2', '--schedule', 'bounded', '--checkpoint-every', '30'],
  study: ['decentralised-vs-ddpg', '--steps', '60', '--hidden', '4', '--seeds', '1', '--episodes', '1', '--evaluate-every', '30', '--evaluation-episodes', '1', '--algorithms', 'broadcast,ddpg', '--environments', 'Pendulum-v1', '--parallel', '1'],
} as const;

export type Original = keyof typeof ORIGINALS;

/** Names of files, and their bytes. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** @returns the files of a whole folder. @param parent of them all */
export function readOriginal(parent: string, original: Original): Files {
  const folder = join(parent, original);
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.toSorted().map((name) => [name, readFileSync(join(folder, name))]));
}

/** The files of a folder as files of a case, which has them in `run`. */
export function inRun(files: Readonly<Record<string, Uint8Array | string | null>>): Record<string, Uint8Array | string | null> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`run/${name}`, content]));
}
