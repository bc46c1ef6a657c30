import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';

/**
 * Font files, from npm: a bare machine has no fonts, and drawings should look the same everywhere. Inter comes in one
 * file per script and weight; what it lacks (Cyrillic, Greek, symbols) is taken from DejaVu Sans.
 */
const families: Readonly<Record<string, readonly string[]>> = {
  'Atto Latin': [500, 600].map((weight) => `@fontsource/inter/files/inter-latin-${weight}-normal.woff2`),
  'Atto Latin Extended': [500, 600].map(
    (weight) => `@fontsource/inter/files/inter-latin-ext-${weight}-normal.woff2`,
  ),
  'Atto Fallback': ['', '-Bold'].map((style) => `dejavu-fonts-ttf/ttf/DejaVuSans${style}.ttf`),
};

/** Height of the font's capitals and digits in units of its size, by which a line of text is centered. */
export const capitalHeight = 0.727;

let registered = false;

/** Value of a canvas context's `font` for text of a size in pixels. */
export function font(size: number, weight: 500 | 600): string {
  if (!registered) registerFonts();
  const names = Object.keys(families).map((name) => `"${name}"`);
  return `${weight} ${size}px ${names.join(', ')}`;
}

function registerFonts(): void {
  const { resolve } = createRequire(import.meta.url);
  for (const [family, files] of Object.entries(families)) {
    for (const file of files) {
      if (GlobalFonts.registerFromPath(resolve(file), family) === null) {
        throw new Error(`${resolve(file)}: not a font; reinstall the packages with npm ci`);
      }
    }
  }
  registered = true;
}
