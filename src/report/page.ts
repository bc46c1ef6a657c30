import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Html, html, type Section } from './html.js';
import { style } from './style.js';

/**
 * A report: one HTML page that needs nothing else, neither files nor scripts nor the network.
 *
 * @param name of the run, or of the weights file
 * @param about introduction: the network and its data
 */
export function page(name: string, about: Html, sections: readonly Section[]): string {
  const { source } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: atto report</title>
<link rel="icon" href="data:,">
<style>${new Html(fontFaces() + style)}</style>
</head>
<body>
<header>
<p class="kicker">atto-maskrcnn report</p>
<h1>${name}</h1>
${about}
${contents(sections)}
</header>
<main>
${sections.map(({ body }) => html`${body}\n`)}</main>
</body>
</html>
`;
  return withoutBreaks(source);
}

/** Keeps numbers on the line of the signs that belong to them. */
function withoutBreaks(text: string): string {
  return text.replaceAll(/IoU (≥|&gt;) (?=\d)/g, 'IoU\u00a0$1\u00a0').replaceAll(/(?<=\d) %/g, '\u00a0%');
}

function contents(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents"><ul>${sections.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>`;
}

/** Inter in the page itself, so that it looks the same everywhere; other scripts take the reader's own fonts. */
function fontFaces(): string {
  const { resolve } = createRequire(import.meta.url);
  return [400, 600]
    .map((weight) => {
      const file = resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
      const data = readFileSync(file).toString('base64');
      return `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/woff2;base64,${data}) format('woff2')}`;
    })
    .join('\n');
}
