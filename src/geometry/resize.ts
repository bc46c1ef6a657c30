/** Height and width of an image in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The size at which the network sees an image: scaled until the shorter side has length `shorterSide`, or the longer one
 * `longerSide` where that is less. As in torchvision, the scale is rounded to float32 and the new sides are floored.
 */
export function resizedSize(
  { height, width }: ImageSize,
  shorterSide: number,
  longerSide: number,
): ImageSize {
  const scale = Math.fround(
    Math.min(shorterSide / Math.min(height, width), longerSide / Math.max(height, width)),
  );
  return { height: Math.floor(height * scale), width: Math.floor(width * scale) };
}
