/* Widths of Helvetica's and Arial's characters as parts of the font size; all others: DEFAULT_WIDTH. */
const WIDTHS = new Map<string, number>(
  (
    [
      [0.22, 'ijl'],
      [0.28, " '|!,./:;I[\\]ft·"],
      [0.35, '()-`r{}"°²³'],
      [0.5, 'Jcksvxyz*^'],
      [0.58, '+<=>~−×±'],
      [0.61, 'FTZ'],
      [0.67, '&ABEKPSVXY'],
      [0.72, 'CDHNRUw'],
      [0.78, 'GOQ'],
      [0.83, 'Mm'],
      [0.89, '%'],
      [0.94, 'W'],
      [1.02, '@—…'],
    ] as const
  ).flatMap(([width, characters]) => Array.from(characters).map((character) => [character, width] as const)),
);
const DEFAULT_WIDTH = 0.56;
const BOLD = 1.07;
/** From here on, letters of the wide scripts and pictures. */
const FIRST_WIDE = 0x1100;
const PUNCTUATION_AND_SYMBOLS = [0x2000, 0x2e7f] as const;

/**
 * Width of a text on one line, without a browser to measure it: the sum of Helvetica's widths.
 *
 * @param fontSize pixels
 * @returns pixels
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let width = 0;
  for (const character of text) width += WIDTHS.get(character) ?? (isWide(character) ? 1 : DEFAULT_WIDTH);
  return width * fontSize * (bold ? BOLD : 1);
}

function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= FIRST_WIDE && !(code >= PUNCTUATION_AND_SYMBOLS[0] && code <= PUNCTUATION_AND_SYMBOLS[1]);
}

/**
 * Breaks a text at its spaces into lines that fit; a word wider than a line gets a line of its own and is never cut.
 *
 * @param width pixels
 */
export function wrapText(text: string, width: number, fontSize: number, bold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, fontSize, bold) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** The text without characters that XML excludes: control characters become spaces, halves of surrogate pairs the replacement character. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- the pattern has to match control characters
  return text.toWellFormed().replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, ' ');
}

/** The text as content or attribute value of XML or HTML. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
