import { clampChroma, differenceCiede2000, formatHex, type Oklch } from 'culori';

/** Text on any colour of this file: all are light enough for black to be legible on them. */
export const textColour = '#000000';

/** What marks objects that don't count. */
export const neutralColour = '#bdbdbd';

/** Later colours would resemble earlier ones too closely to be told apart. */
const paletteSize = 24;

let palette: readonly string[] | undefined;

/**
 * The colour `#rrggbb` of instance number `index` in an image, always the same one. The first colours differ most from
 * each other; after 24 they repeat.
 */
export function instanceColour(index: number): string {
  palette ??= distinctColours(paletteSize).map((colour) => formatHex(colour));
  return palette[index % paletteSize];
}

/** Starts with a blue; each next colour is the candidate that lies farthest (CIEDE2000) from all before it. */
function distinctColours(count: number): Oklch[] {
  const difference = differenceCiede2000();
  const candidates = vividColours();
  const colours: Oklch[] = [{ mode: 'oklch', l: 0.71, c: 0.16, h: 250 }];
  while (colours.length < count) {
    const apart = (candidate: Oklch) => Math.min(...colours.map((colour) => difference(colour, candidate)));
    colours.push(candidates.reduce((best, candidate) => (apart(candidate) > apart(best) ? candidate : best)));
  }
  return colours;
}

/** Colours of four lightnesses and all hues: neither so dark nor so pale that they get lost in a photograph. */
function vividColours(): Oklch[] {
  const colours: Oklch[] = [];
  for (const l of [0.62, 0.71, 0.8, 0.89]) {
    for (let h = 0; h < 360; h += 10) {
      const colour = clampChroma({ mode: 'oklch', l, c: 0.18, h } as const, 'oklch');
      if (colour.c > 0.1) colours.push(colour);
    }
  }
  return colours;
}
