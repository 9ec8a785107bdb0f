import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { checkLabel, isRecord, wrongKind, wrongValue } from './check.js';
import { InternalError } from './errors.js';
import { renameOption } from './options/origin.js';
import { plainOptions } from './plain.js';

/** Something of the user's own that a module may export: environments, rules, credit assignments. */
export interface ModuleKind {
  /** The option that names one, for messages. */
  readonly option: string;
  /** An example of an id. */
  readonly example: string;
  /** True where one of this name is at hand, shipped or loaded. */
  readonly has: (name: string) => boolean;
  /** What loads the rest of what is shipped under this name, where there is a rest. */
  readonly prepare?: (name: string) => (() => Promise<void>) | undefined;
  /** Takes a module's default export. @throws TypeError or RangeError where it is none */
  readonly add: (name: string, exported: unknown) => void;
}

/** The modules of one kind. */
export interface Modules {
  /**
   * Gives a module an id: from now on it can be used like what is shipped, on every thread. It is loaded once it is used.
   *
   * @param url of the module; relative ones by `new URL('./ball.js', import.meta.url)`
   * @throws TypeError or RangeError naming `id` or `url`
   */
  readonly register: (id: string, url: URL | string) => void;
  /**
   * Loads the module behind a name: one that was registered, or a path. Nothing where it is shipped or loaded.
   *
   * @throws RangeError naming the option where the module cannot be loaded or exports something else
   */
  readonly load: (name: string) => Promise<void>;
}

/** Name in settings → URL, for each option. Those that are registered and not loaded yet are here too. */
export type ModuleUrls = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** In place of the URL of a module: a shipped name whose rest another thread has to load too. */
const SHIPPED = 'shipped:';

const KINDS = new Map<string, { readonly urls: Map<string, string>; readonly modules: Modules }>();

/** True for a name that is a module's path or URL: `./ball.js`, `/home/me/ball.js`, `file:///…`. */
export function isModuleName(name: string): boolean {
  return /^(\.{1,2}[/\\]|file:)/.test(name) || isAbsolute(name) || /\.[cm]?js$/.test(name);
}

/** The same, for a JSON schema; options in parentheses may follow. */
export const MODULE_PATTERN = '[/\\\\]|\\.[cm]?js(\\(.*\\))?$';

/** The absolute path of a module, by which settings name it; other names as they are. */
export function canonicalName(name: string): string {
  if (!isModuleName(name)) return name;
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(name);
}

/** Makes room for modules of a kind: once for each option. */
export function createModules({ option, example, has, prepare, add }: ModuleKind): Modules {
  const urls = new Map<string, string>();
  const modules: Modules = {
    register(id, url) {
      const name = checkLabel('id', id);
      if (isModuleName(name) || name.includes('(')) throw wrongValue('id', `an id, for example ${example}`, id);
      if (has(name) && (urls.get(name) ?? SHIPPED) === SHIPPED) throw wrongValue('id', `an id that no shipped ${option} has`, id);
      const href = typeof url === 'string' && /^(file|data|https?):/.test(url) ? url : url instanceof URL ? url.href : undefined;
      if (href === undefined) throw wrongKind('url', 'the URL of a module, for example new URL(\'./ball.js\', import.meta.url)', url);
      urls.set(name, href);
    },
    async load(given) {
      const name = canonicalName(given.replace(/\(.*$/s, '').trim());
      const rest = prepare?.(name);
      if (rest !== undefined) {
        await rest();
        urls.set(name, SHIPPED);
      }
      if (has(name)) return;
      const href = urls.get(name) ?? (isModuleName(name) ? pathToFileURL(name).href : undefined);
      if (href === undefined) return;
      add(name, await importDefault(option, given, href));
      urls.set(name, href);
    },
  };
  KINDS.set(option, { urls, modules });
  return modules;
}

/** The default export of a module by its path. @throws RangeError naming the option if it cannot be loaded */
export function importModule(option: string, name: string): Promise<unknown> {
  return importDefault(option, name, pathToFileURL(canonicalName(name)).href);
}

async function importDefault(option: string, name: string, href: string): Promise<unknown> {
  try {
    const module = (await import(href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = message.startsWith("Cannot find package 'ganglion'") ? '; run npm install <folder of ganglion> in the folder of the module' : '';
    throw wrongValue(option, 'a module that can be loaded', name, ` (${message})${remedy}`);
  }
}

/** Where options name modules, besides under the option itself: in a list, in a section, as a study's algorithms. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { environment: ['environments'], rule: ['algorithm', 'algorithms'], credit: ['certificate.critics'] };

/**
 * Loads the modules that options or settings name; other errors in them are reported when they are resolved.
 *
 * @throws TypeError or RangeError as `Modules.load` and `plainOptions`
 */
export async function loadModulesOf(options: unknown): Promise<void> {
  const given = plainOptions(options);
  for (const [option, { modules }] of KINDS) {
    for (const [path, name] of namesUnder(option, given)) {
      await modules.load(name).catch((error: unknown) => { throw renameOption(error, (each) => (each === option ? path : undefined)); });
    }
  }
}

/** Names under an option, and under the options of a study's arms; each with the path of the option that has it. */
function namesUnder(option: string, given: Readonly<Record<string, unknown>>): (readonly [path: string, name: string])[] {
  const arms = Array.isArray(given.algorithms) ? given.algorithms.filter(isRecord) : [];
  const own = [option, ...(ELSEWHERE[option] ?? [])].flatMap((path) => namesIn(valueAt(given, path)).map((name) => [path, name] as const));
  return [...own, ...arms.flatMap(({ options }) => (isRecord(options) ? namesUnder(option, options) : []))];
}

function valueAt(options: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (isRecord(value) ? value[key] : undefined), options);
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return isRecord(value) ? [...namesIn(value.name), ...namesIn(value.algorithm)] : [];
}

/** The modules that another thread has to load to make the same things. */
export function moduleUrls(): ModuleUrls {
  return Object.fromEntries([...KINDS].map(([option, { urls }]) => [option, Object.fromEntries(urls)]));
}

/** Loads what another thread has. Kinds that this thread has no use for are passed over. */
export async function loadModules(all: ModuleUrls): Promise<void> {
  for (const [option, own] of Object.entries(all)) {
    const kind = KINDS.get(option);
    for (const [name, href] of kind === undefined ? [] : Object.entries(own)) {
      kind?.urls.set(name, href);
      await kind?.modules.load(name);
    }
  }
}

/** What settings name: shipped, or the user's own. */
export interface Registry<Item> {
  /** Takes an item of the user's own. */
  readonly add: (name: string, item: Item) => void;
  /** The item of a name: the user's own that has been loaded, or shipped; or undefined. */
  readonly find: (name: string) => Item | undefined;
  /** The item of a name in settings, whose names have been checked. */
  readonly named: (name: string) => Item;
}

/** @param what an item is called, for messages */
export function createRegistry<Item>(what: string, shipped: Readonly<Record<string, Item>>): Registry<Item> {
  const own = new Map<string, Item>();
  const find = (name: string) => own.get(name) ?? Object.entries(shipped).find(([each]) => each === name)?.[1];
  return {
    add: (name, item) => { own.set(name, item); },
    find,
    named(name) {
      const item = find(name);
      if (item === undefined) throw new InternalError(`there is no ${what} ${name}`);
      return item;
    },
  };
}
