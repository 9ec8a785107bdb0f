import { wrongValue } from '../check.js';
import { renumberIds, type Svg } from './svg.js';
import { escapeMarkup } from './text.js';

/** Space between two pictures of a stack, pixels. */
const STACK_GAP = 12;

/**
 * One picture of several, one below the other.
 *
 * @param pictures as `renderSvg` draws them: each with its width and height in pixels
 */
export function stackPictures(pictures: readonly Svg[], title: string): Svg {
  const sizes = pictures.map((picture, i) => {
    const opening = /^<svg[^>]*>/.exec(picture)?.[0] ?? '';
    const [width, height] = ['width', 'height'].map((name) => Number(new RegExp(`\\s${name}="([\\d.]+)"`).exec(opening)?.[1]));
    if (!Number.isFinite(width * height)) throw wrongValue(`pictures[${i}]`, 'an SVG picture with width and height', picture);
    return { width, height };
  });
  const width = Math.max(0, ...sizes.map((size) => size.width));
  let y = 0;
  const placed = pictures.map((picture, i) => {
    const part = renumberIds(picture, `part${i + 1}-`).replace(/^<svg/, `<svg y="${y}"`);
    y += sizes[i].height + STACK_GAP;
    return part;
  });
  const height = Math.max(0, y - STACK_GAP);
  const frame = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`;
  return `${frame}<title>${escapeMarkup(title)}</title><rect width="100%" height="100%" fill="white"/>${placed.join('')}</svg>`;
}
