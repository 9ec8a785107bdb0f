/**
 * Colours that stay apart for colour-blind readers and on white paper: Okabe and Ito's, with their yellow and sky blue
 * darkened to show as thin lines.
 *
 * Source: Okabe & Ito 2008, "Color universal design".
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#3fa7d6', '#4d4d4d', '#8a6d1f'] as const;

/** Once the colours are used up they come again, with the next dashing. */
const DASHES: readonly (readonly number[])[] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]];

/** How series are distinguished: the k-th name has the k-th colour and dashing. */
export interface Palette {
  readonly names: readonly string[];
  readonly colours: readonly string[];
  readonly dashes: readonly (readonly number[])[];
}

/** Gives each name a look of its own, in the order in which the names first appear. */
export function createPalette(names: readonly string[]): Palette {
  const distinct = [...new Set(names)];
  return {
    names: distinct,
    colours: distinct.map((_, i) => COLOURS[i % COLOURS.length]),
    dashes: distinct.map((_, i) => DASHES[Math.floor(i / COLOURS.length) % DASHES.length]),
  };
}
