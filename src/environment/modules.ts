import { pathToFileURL } from 'node:url';

import { checkString, isRecord, wrongKind, wrongValue } from '../check.js';
import { plainOptions } from '../plain.js';
import { defineEnvironment, isDefinedEnvironment, type EnvironmentDefinition } from './define.js';
import { canonicalName, isModuleName } from './module-name.js';
import { addFamily, hasFamily } from './registry.js';

/** The modules of the user's environments: name in settings → URL. Those that are registered and not loaded yet are here too. */
const MODULES = new Map<string, string>();

/**
 * Gives a module of the user's own an id: from now on it can be used like a shipped environment, on every thread. The module's default export is what
 * `defineEnvironment` gave, or takes. It is loaded once it is used.
 *
 * @param url of the module; relative ones by `new URL('./ball.js', import.meta.url)`
 * @throws TypeError or RangeError naming `id` or `url`
 */
export function registerEnvironment(id: string, url: URL | string): void {
  const name = checkString('id', id);
  if (isModuleName(name) || name.includes('(')) throw wrongValue('id', 'an id, for example Ball-v0', id);
  if (hasFamily(name) && !MODULES.has(name)) throw wrongValue('id', 'an id that no shipped environment has', id);
  const href = typeof url === 'string' && /^(file|data|https?):/.test(url) ? url : url instanceof URL ? url.href : undefined;
  if (href === undefined) throw wrongKind('url', 'the URL of a module, for example new URL(\'./ball.js\', import.meta.url)', url);
  MODULES.set(name, href);
}

/**
 * Loads the module behind the name of an environment, so that it can be made: one that was registered, or a path. Nothing where it is shipped or loaded.
 *
 * @throws RangeError naming `environment` where the module cannot be loaded or exports no environment
 */
export async function loadEnvironment(name: string): Promise<void> {
  const id = canonicalName(name.replace(/\(.*$/s, '').trim());
  if (hasFamily(id)) return;
  const href = MODULES.get(id) ?? (isModuleName(id) ? pathToFileURL(id).href : undefined);
  if (href === undefined) return;
  addFamily(id, await importFamily(name, href));
  MODULES.set(id, href);
}

async function importFamily(name: string, href: string) {
  let module: { readonly default?: unknown };
  try {
    module = (await import(href)) as { readonly default?: unknown };
  } catch (error) {
    throw wrongValue('environment', 'a module that can be loaded', name, ` (${error instanceof Error ? error.message : String(error)})`);
  }
  if (isDefinedEnvironment(module.default)) return module.default.family;
  if (!isRecord(module.default)) throw wrongValue('environment', 'a module whose default export is an environment, as defineEnvironment takes it', name);
  return defineEnvironment(module.default as unknown as EnvironmentDefinition).family; // checked there
}

/**
 * Loads what options or settings name as their environment, or environments; whatever else is wrong with them is told where they are resolved.
 *
 * @throws TypeError or RangeError as `loadEnvironment` and `plainOptions`
 */
export async function loadEnvironmentsOf(options: unknown): Promise<void> {
  const { environment, environments } = plainOptions(options);
  const names: readonly unknown[] = Array.isArray(environments) ? environments : [];
  for (const name of [environment, ...names]) if (typeof name === 'string') await loadEnvironment(name);
}

/** The modules that another thread has to load to make the same environments. */
export function environmentModules(): Readonly<Record<string, string>> {
  return Object.fromEntries(MODULES);
}

/** Loads what another thread has. */
export async function loadModules(modules: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, href] of Object.entries(modules)) {
    MODULES.set(name, href);
    await loadEnvironment(name);
  }
}
