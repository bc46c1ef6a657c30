import type { Boxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';

/** Shapes of the anchors; each location of a map has as many. */
export interface AnchorShapes {
  /** Sides of the anchors on each map, in pixels of the network's input. */
  readonly sizes: readonly (readonly number[])[];
  /** Height / width. */
  readonly aspectRatios: readonly number[];
}

/**
 * Makes the anchors of each map, in pixels of the network's input: at each location of the map, row by row, one for
 * each aspect ratio and size, of area `size²` before rounding. As in torchvision their center is the location's
 * corner, not the center of its cell. They are the same for each image of a batch.
 *
 * @param maps `[N, H, W, C]` of each map
 * @param input size of the padded input
 * @returns for each map `[H · W · A · 4]`
 */
export function makeAnchors(
  { sizes, aspectRatios }: AnchorShapes,
  maps: readonly { readonly shape: readonly number[] }[],
  input: ImageSize,
): Boxes[] {
  return maps.map(({ shape: [, rows, columns] }, level) => {
    const strideY = Math.floor(input.height / rows);
    const strideX = Math.floor(input.width / columns);
    const halves = aspectRatios.flatMap((ratio) => sizes[level].map((size) => halfSides(size, ratio)));
    const anchors = new Float32Array(rows * columns * halves.length * 4);
    let i = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const x = column * strideX;
        const y = row * strideY;
        for (const { height, width } of halves) {
          anchors[i++] = x - width;
          anchors[i++] = y - height;
          anchors[i++] = x + width;
          anchors[i++] = y + height;
        }
      }
    }
    return anchors;
  });
}

function halfSides(size: number, aspectRatio: number): ImageSize {
  const heightRatio = Math.fround(Math.sqrt(aspectRatio));
  return {
    height: roundHalfToEven(Math.fround(heightRatio * size) / 2),
    width: roundHalfToEven(Math.fround(Math.fround(1 / heightRatio) * size) / 2),
  };
}

/** Rounds halves to the even neighbor, as PyTorch does. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
