import type { RandomStream } from '../../random.js';

/** A color by hue in degrees, saturation and lightness in percent. */
export interface Color {
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
}

/** The color as the canvas takes it. */
export function css({ hue, saturation, lightness }: Color): string {
  return `hsl(${hue}, ${saturation}%, ${lightness}%)`;
}

/** The color a share of the way from one to another of a similar hue. */
export function mixed(from: Color, to: Color, share: number): Color {
  const between = (a: number, b: number): number => a + (b - a) * share;
  return {
    hue: between(from.hue, to.hue),
    saturation: between(from.saturation, to.saturation),
    lightness: between(from.lightness, to.lightness),
  };
}

/** A muted color of any hue, for a background. */
export function backgroundColor(random: RandomStream): Color {
  return {
    hue: 360 * random.uniform(),
    saturation: 8 + 37 * random.uniform(),
    lightness: 22 + 60 * random.uniform(),
  };
}

/** The most different from `others` of a few vivid colors drawn by chance. */
export function distinctColor(others: readonly Color[], random: RandomStream): Color {
  let best: Color = { hue: 0, saturation: 0, lightness: 0 };
  let farthest = -1;
  for (let candidate = 0; candidate < 8; candidate++) {
    const color = {
      hue: 360 * random.uniform(),
      saturation: 45 + 50 * random.uniform(),
      lightness: 30 + 42 * random.uniform(),
    };
    const nearest = Math.min(...others.map((other) => distance(color, other)));
    if (nearest > farthest) {
      best = color;
      farthest = nearest;
    }
  }
  return best;
}

/** A second tone of the same color for textures: as much lighter or darker as `contrast` says, in percent. */
export function secondTone(color: Color, contrast: number, random: RandomStream): Color {
  const lighter = color.lightness < 50;
  return {
    hue: color.hue + 30 * (random.uniform() - 0.5),
    saturation: color.saturation,
    lightness: color.lightness + (lighter ? contrast : -contrast),
  };
}

/** Distance in the double cone of hue, chroma and lightness, 0 to 100. */
function distance(a: Color, b: Color): number {
  const [ax, ay, az] = inCone(a);
  const [bx, by, bz] = inCone(b);
  return Math.hypot(ax - bx, ay - by, az - bz);
}

function inCone({ hue, saturation, lightness }: Color): [number, number, number] {
  const chroma = (saturation / 2) * (1 - Math.abs(lightness / 50 - 1));
  const angle = (hue * Math.PI) / 180;
  return [chroma * Math.cos(angle), chroma * Math.sin(angle), lightness];
}
