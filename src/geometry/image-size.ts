/** Height and width of an image in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Computes the size at which the network sees an image: scaled until the shorter side has length `shorterSide`, or
 * the longer one `longerSide` where that is less. The new sides are floored in double precision, as torchvision does
 * it outside of TorchScript: 334 × 500 at 800 / 1333 becomes 799 × 1197, since 334 · (800 / 334) lies just below 800.
 * A side never becomes 0, where torchvision fails.
 */
export function resizedSize(
  { height, width }: ImageSize,
  shorterSide: number,
  longerSide: number,
): ImageSize {
  const scale = Math.min(shorterSide / Math.min(height, width), longerSide / Math.max(height, width));
  const scaled = (side: number): number => Math.max(Math.floor(side * scale), 1);
  return { height: scaled(height), width: scaled(width) };
}

/** Divisor that both sides need for feature maps down to 1/32. */
const sizeDivisor = 32;

/** Size of a network's input that holds an image of the given size: the next multiples of 32. */
export function paddedSize({ height, width }: ImageSize): ImageSize {
  const roundUp = (side: number): number => Math.ceil(side / sizeDivisor) * sizeDivisor;
  return { height: roundUp(height), width: roundUp(width) };
}
