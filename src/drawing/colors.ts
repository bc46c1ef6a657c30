import { clampChroma, differenceCiede2000, formatHex, type Oklch } from 'culori';

/** Color of text on any color of this file: all are light enough for black to be legible. */
export const textColor = '#000000';

/** Color of objects that don't count. */
export const neutralColor = '#bdbdbd';

/** Number of colors: more would resemble each other too closely to be told apart. */
const paletteSize = 24;

let palette: readonly string[] | undefined;

/**
 * Color `#rrggbb` of instance number `index` in an image, always the same one. The first colors differ most from
 * each other; after 24 they repeat.
 */
export function instanceColor(index: number): string {
  palette ??= distinctColors(paletteSize).map((color) => formatHex(color));
  return palette[index % paletteSize];
}

/** Starts with a blue; each next color is the candidate that lies farthest (CIEDE2000) from all before it. */
function distinctColors(count: number): Oklch[] {
  const difference = differenceCiede2000();
  const candidates = vividColors();
  const colors: Oklch[] = [{ mode: 'oklch', l: 0.71, c: 0.16, h: 250 }];
  while (colors.length < count) {
    const apart = (candidate: Oklch) => Math.min(...colors.map((color) => difference(color, candidate)));
    colors.push(candidates.reduce((best, candidate) => (apart(candidate) > apart(best) ? candidate : best)));
  }
  return colors;
}

/** Colors of four lightnesses and all hues: neither so dark nor so pale that they get lost in an image. */
function vividColors(): Oklch[] {
  const colors: Oklch[] = [];
  for (const l of [0.62, 0.71, 0.8, 0.89]) {
    for (let h = 0; h < 360; h += 10) {
      const color = clampChroma({ mode: 'oklch', l, c: 0.18, h } as const, 'oklch');
      if (color.c > 0.1) colors.push(color);
    }
  }
  return colors;
}
