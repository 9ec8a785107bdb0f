/** Most characters of a value, of an option's path and of a whole message. */
const LONGEST_VALUE = 60;
const LONGEST_PATH = 120;
const LONGEST_MESSAGE = 2000;

/**
 * How a value looks in a message: short, on one line, with strings quoted. Takes any value at all, circular ones and those whose
 * getters throw among them, and reads no more of it than it shows.
 */
export function describeValue(value: unknown): string {
  try {
    if (typeof value === 'string') return quote(value);
    const out = createOutput();
    print(value, out);
    return printable(clip(out.text(), LONGEST_VALUE));
  } catch {
    return `${typeof value === 'function' ? 'a function' : 'an object'} that cannot be read`; // a proxy that throws
  }
}

/** An option's path as a message shows it: a key that a user wrote may be part of it. */
export function describePath(path: string): string {
  return quote(path, LONGEST_PATH).slice(1, -1);
}

/** A message on one line, cut to a readable length. */
export function oneLine(text: string): string {
  return printable(clip(text, LONGEST_MESSAGE));
}

/** The text with everything that would move a terminal's cursor, change its colours or stay invisible written as an escape. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escape);
}

function escape(character: string): string {
  const written = JSON.stringify(character).slice(1, -1);
  if (written !== character) return written;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

function clip(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

function quote(text: string, longest = LONGEST_VALUE): string {
  return printable(JSON.stringify(clip(text, longest)));
}

/** Text that grows until there is enough of it. */
interface Output {
  add(text: string): void;
  full(): boolean;
  text(): string;
}

function createOutput(): Output {
  let text = '';
  return {
    add(more) {
      text += more;
    },
    full: () => text.length > LONGEST_VALUE,
    text: () => text,
  };
}

/** JSON where there is JSON for the value, and words for others. Every level adds a character, so that depth is bounded too. */
function print(value: unknown, out: Output): void {
  if (out.full()) return;
  if (typeof value === 'object' && value !== null) printObject(value, out);
  else out.add(printPrimitive(value));
}

/** Beyond it, writing the digits takes long. */
const LARGEST_BIGINT = 10n ** 30n;

function printPrimitive(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return value < LARGEST_BIGINT && value > -LARGEST_BIGINT ? `${value}n` : 'a BigInt of many digits';
  if (typeof value === 'symbol') return `Symbol(${clip(value.description ?? '', LONGEST_VALUE)})`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function printObject(value: object, out: Output): void {
  if (Array.isArray(value)) {
    printList('[]', value.length, (i) => { printProperty(value, i, out); }, out);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    out.add(printInstance(value));
    return;
  }
  const keys = Object.keys(value);
  printList('{}', keys.length, (i) => {
    out.add(`${quote(keys[i])}:`);
    printProperty(value, keys[i], out);
  }, out);
}

function printList([open, close]: string, count: number, entry: (i: number) => void, out: Output): void {
  out.add(open);
  for (let i = 0; i < count && !out.full(); i += 1) {
    if (i > 0) out.add(',');
    entry(i);
  }
  out.add(close);
}

function printProperty(owner: object, key: string | number, out: Output): void {
  let value: unknown;
  try {
    value = Reflect.get(owner, key);
  } catch {
    out.add('(its getter throws)');
    return;
  }
  print(value, out);
}

function printInstance(value: object): string {
  const { constructor } = value;
  const name = typeof constructor === 'function' && constructor.name !== '' ? `a ${clip(constructor.name, LONGEST_VALUE)}` : 'an object of a class';
  return ArrayBuffer.isView(value) && 'length' in value ? `${name} of ${String(value.length)}` : name;
}
