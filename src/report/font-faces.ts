import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Inter in the page itself, so that it looks the same everywhere; other scripts take the reader's own fonts. */
export function fontFaces(): string {
  const { resolve } = createRequire(import.meta.url);
  return [400, 600]
    .map((weight) => {
      const file = resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
      const data = readFileSync(file).toString('base64');
      return `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/woff2;base64,${data}) format('woff2')}`;
    })
    .join('\n');
}
