import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** True for a name that is a module's path or URL: `./ball.js`, `/home/me/ball.js`, `file:///…`. */
export function isModuleName(name: string): boolean {
  return /^(\.{1,2}[/\\]|file:)/.test(name) || isAbsolute(name) || /\.[cm]?js$/.test(name);
}

/** The absolute path of a module, by which settings name it; other names as they are. */
export function canonicalName(name: string): string {
  if (!isModuleName(name)) return name;
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(name);
}
