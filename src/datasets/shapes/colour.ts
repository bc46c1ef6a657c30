import type { RandomStream } from '../../random.js';

/** A colour by hue in degrees, saturation and lightness in percent. */
export interface Colour {
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
}

/** The colour as the canvas takes it. */
export function css({ hue, saturation, lightness }: Colour): string {
  return `hsl(${hue}, ${saturation}%, ${lightness}%)`;
}

/** The colour a share of the way from one to another of a similar hue. */
export function mixed(from: Colour, to: Colour, share: number): Colour {
  const between = (a: number, b: number): number => a + (b - a) * share;
  return {
    hue: between(from.hue, to.hue),
    saturation: between(from.saturation, to.saturation),
    lightness: between(from.lightness, to.lightness),
  };
}

/** A muted colour of any hue, for a background. */
export function backgroundColour(random: RandomStream): Colour {
  return {
    hue: 360 * random.uniform(),
    saturation: 8 + 37 * random.uniform(),
    lightness: 22 + 60 * random.uniform(),
  };
}

/** The most different from `others` of a few vivid colours drawn by chance. */
export function distinctColour(others: readonly Colour[], random: RandomStream): Colour {
  let best: Colour = { hue: 0, saturation: 0, lightness: 0 };
  let farthest = -1;
  for (let candidate = 0; candidate < 8; candidate++) {
    const colour = {
      hue: 360 * random.uniform(),
      saturation: 45 + 50 * random.uniform(),
      lightness: 30 + 42 * random.uniform(),
    };
    const nearest = Math.min(...others.map((other) => distance(colour, other)));
    if (nearest > farthest) {
      best = colour;
      farthest = nearest;
    }
  }
  return best;
}

/** A second tone of the same colour for textures: as much lighter or darker as `contrast` says, in percent. */
export function secondTone(colour: Colour, contrast: number, random: RandomStream): Colour {
  const lighter = colour.lightness < 50;
  return {
    hue: colour.hue + 30 * (random.uniform() - 0.5),
    saturation: colour.saturation,
    lightness: colour.lightness + (lighter ? contrast : -contrast),
  };
}

/** Distance in the double cone of hue, chroma and lightness, 0 to 100. */
function distance(a: Colour, b: Colour): number {
  const [ax, ay, az] = inCone(a);
  const [bx, by, bz] = inCone(b);
  return Math.hypot(ax - bx, ay - by, az - bz);
}

function inCone({ hue, saturation, lightness }: Colour): [number, number, number] {
  const chroma = (saturation / 2) * (1 - Math.abs(lightness / 50 - 1));
  const angle = (hue * Math.PI) / 180;
  return [chroma * Math.cos(angle), chroma * Math.sin(angle), lightness];
}
