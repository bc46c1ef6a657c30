import type { ImageSize } from '../../geometry/image-size.js';
import type { RandomStream } from '../../random.js';

/** A rectangle of pixels. */
export interface Region extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** View of an image. */
export interface CropResize {
  /** The part of it that is taken; all by default. */
  readonly region?: Region;
  /** The size that it is scaled to. */
  readonly scaled: ImageSize;
  /** The part of the scaled image that is taken; all by default. */
  readonly crop?: Region;
}

/** Bounds of the rectangles that training draws from an image. */
export interface CropRange {
  /** Share of the image's area … */
  readonly scale: readonly [least: number, greatest: number];
  /** … and width / height. */
  readonly aspectRatio: readonly [least: number, greatest: number];
}

/** The square that evaluation sees, in pixels. */
export interface CenterCrop {
  /** Its side. */
  readonly size: number;
  /** Length of the image's shorter side before it is cut out. */
  readonly resize: number;
}

/** Rectangles that are drawn before the middle of the image is taken. */
const attempts = 10;

/**
 * Draws the part of an image that training sees, as torchvision's RandomResizedCrop: its share of the area evenly, its
 * width / height evenly in the logarithm. Where the image is too narrow or too low for what was drawn, again; at last
 * the largest rectangle in its middle whose sides have an allowed ratio.
 */
export function randomCrop(
  { height, width }: ImageSize,
  { scale, aspectRatio }: CropRange,
  random: RandomStream,
): Region {
  const [logLeast, logGreatest] = aspectRatio.map(Math.log);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const area = height * width * between(scale[0], scale[1], random);
    const ratio = Math.exp(between(logLeast, logGreatest, random));
    const size = { width: Math.round(Math.sqrt(area * ratio)), height: Math.round(Math.sqrt(area / ratio)) };
    if (size.width < 1 || size.width > width || size.height < 1 || size.height > height) continue;
    const top = random.integer(height - size.height + 1);
    return { ...size, top, left: random.integer(width - size.width + 1) };
  }
  const [least, greatest] = aspectRatio;
  if (width / height < least) return middle({ height, width }, { width, height: Math.round(width / least) });
  if (width / height > greatest) {
    return middle({ height, width }, { width: Math.round(height * greatest), height });
  }
  return { left: 0, top: 0, width, height };
}

/** A number evenly drawn between two. */
export function between(from: number, to: number, random: RandomStream): number {
  return from + (to - from) * random.uniform();
}

/** The view of an image in evaluation: the square in the middle once its shorter side has the length `resize`. */
export function centerCropResize(image: ImageSize, { size, resize }: CenterCrop): CropResize {
  const shorter = Math.min(image.height, image.width);
  const scaled = {
    height: Math.trunc((resize * image.height) / shorter),
    width: Math.trunc((resize * image.width) / shorter),
  };
  return { scaled, crop: middle(scaled, { height: size, width: size }) };
}

function middle(image: ImageSize, { height, width }: ImageSize): Region {
  const top = roundHalfToEven((image.height - height) / 2);
  return { height, width, top, left: roundHalfToEven((image.width - width) / 2) };
}

/** Halves go to the even number, as in Python. */
export function roundHalfToEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 === 1 ? nearest - 1 : nearest;
}
