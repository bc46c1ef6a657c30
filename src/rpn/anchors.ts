import type { Boxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';

/** Rounds halves to the even neighbor, as PyTorch does. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The anchors of one map, in pixels of the network's input: at each location of the map, row by row, one for each aspect
 * ratio (height / width) and size, all of area `size²` before rounding. As in torchvision their center is the location's
 * corner, not the center of its cell.
 *
 * @param map the map's size
 * @param image the padded input's size
 * @returns `[map.height · map.width · ratios.length · sizes.length · 4]`
 */
export function levelAnchors(
  sizes: readonly number[],
  aspectRatios: readonly number[],
  map: ImageSize,
  image: ImageSize,
): Boxes {
  const strideY = Math.floor(image.height / map.height);
  const strideX = Math.floor(image.width / map.width);
  const halves = aspectRatios.flatMap((ratio) => {
    const heightRatio = Math.fround(Math.sqrt(ratio));
    return sizes.map((size) => ({
      height: roundHalfToEven(Math.fround(heightRatio * size) / 2),
      width: roundHalfToEven(Math.fround(Math.fround(1 / heightRatio) * size) / 2),
    }));
  });
  const anchors = new Float32Array(map.height * map.width * halves.length * 4);
  let i = 0;
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
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
}
