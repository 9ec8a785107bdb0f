const TOKEN = /<[^>]*>|[^<]+/g;
const ATTRIBUTES = /^(?:\s+[\w:-]+="(?:[^<&"]|&(?:\w+|#\d+);)*")*\s*\/?$/;
const CONTENT = /^(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*$/;

/**
 * What is wrong with a text as XML: elements that do not nest, attributes that are not quoted, bare ampersands, characters that XML does not
 * know. Empty for a well-formed document of the plain kind that pictures are.
 */
export function xmlErrors(text: string): string[] {
  const open: string[] = [];
  const errors: string[] = [];
  // eslint-disable-next-line no-control-regex -- the characters that XML 1.0 leaves out
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) errors.push('a character that XML does not know');
  if (text.replaceAll(TOKEN, '') !== '') errors.push('an open tag');
  for (const [token] of text.matchAll(TOKEN)) {
    const tag = /^<(\/?)([\w:-]+)([^>]*)>$/.exec(token);
    if (tag === null) {
      if (!CONTENT.test(token)) errors.push(token);
      continue;
    }
    const [, closing, name, attributes] = tag;
    if (closing !== '' && open.pop() !== name) errors.push(`${token} closes nothing`);
    if (closing === '' && !ATTRIBUTES.test(attributes)) errors.push(token);
    if (closing === '' && !attributes.endsWith('/')) open.push(name);
  }
  return [...errors, ...open.map((name) => `<${name}> stays open`)];
}

/** The words that a picture shows, lines of one text joined by spaces. */
export function shownTexts(svg: string): string[] {
  const words = (content: string) => content.replaceAll(/<\/tspan><tspan[^>]*>/g, ' ').replaceAll(/<[^>]*>/g, '');
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].map(([, content]) => unescape(words(content)));
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}
