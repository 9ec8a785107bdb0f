const OPENING = '([{';
const CLOSING = ')]}';
const QUOTES = '"\'';

/** Splits a list at its commas, except those inside parentheses, brackets and quotes; quotes around a whole entry are dropped. */
export function splitList(text: string): string[] {
  const entries = [''];
  let depth = 0;
  let quote = '';
  for (const letter of text) {
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (QUOTES.includes(letter)) quote = letter;
    else if (OPENING.includes(letter)) depth += 1;
    else if (CLOSING.includes(letter)) depth -= 1;
    if (letter === ',' && depth <= 0 && quote === '') entries.push('');
    else entries[entries.length - 1] += letter;
  }
  return entries.map((entry) => entry.trim().replace(/^(["'])(.*)\1$/s, '$2'));
}

/** The number that a text is, or else the text: the check names it better. */
export function numberOrText(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** A value as `--help` and the reference page show it. */
export function showValue(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(showValue).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
