import { forEachStretch, type RunLengthMask } from './run-length-mask.js';

/**
 * Traces the outlines of a mask, of its parts and of its holes: closed polygons `[x, y, x, y, …]` in pixels. They run
 * along the edges between pixels inside and outside, from the middle of one edge to the middle of the next, so that
 * stairs become slopes; the inside lies to the right (clockwise around a part, as y points down). Pixels that touch
 * at a corner belong to one part.
 */
export function maskContours(mask: RunLengthMask): Float32Array[] {
  const crop = decodeExtent(mask);
  if (crop === undefined) return [];
  const { width, bitmap } = crop;
  const contours: Float32Array[] = [];
  const traced = new Uint8Array(bitmap.length);
  // Every outline has an edge that leads right, with the inside below.
  for (let start = width; start < bitmap.length; start++) {
    if (bitmap[start] && !bitmap[start - width] && !traced[start]) {
      contours.push(trace(start, crop, traced));
    }
  }
  return contours;
}

// An outline leads right (0), down (1), left (2) or up (3): adding 1 turns right, adding 3 turns left.
const RIGHT = 0;
const UP = 3;

/** Walks the outline from the upper edge of pixel `start` until it is back there. */
function trace(start: number, { left, top, width, bitmap }: Crop, traced: Uint8Array): Float32Array {
  const points: number[] = [];
  // The step from a pixel to the one in a direction, and where the middle of its edge is that leads there.
  const step = [1, width, -1, -width];
  const middleX = [0.5, 1, 0.5, 0];
  const middleY = [0, 0.5, 1, 0.5];
  let pixel = start;
  let direction = RIGHT;
  let before = UP;
  do {
    if (direction === RIGHT) traced[pixel] = 1;
    const x = pixel % width;
    const y = (pixel - x) / width;
    // At the end of the edge: the pixels ahead, on the outer side and on the inner side.
    const ahead = pixel + step[direction];
    const outer = ahead + step[(direction + 3) % 4];
    let next = direction;
    let nextPixel = ahead;
    if (bitmap[outer]) {
      next = (direction + 3) % 4;
      nextPixel = outer;
    } else if (!bitmap[ahead]) {
      next = (direction + 1) % 4;
      nextPixel = pixel;
    }
    // The middle of a straight run adds nothing.
    if (before !== direction || next !== direction) {
      points.push(x + middleX[direction] + left - 1, y + middleY[direction] + top - 1);
    }
    before = direction;
    direction = next;
    pixel = nextPixel;
  } while (pixel !== start || direction !== RIGHT);
  return Float32Array.from(points);
}

/** The part of an image that holds a mask. */
interface Crop {
  /** Position of the mask's extent in its image. */
  readonly left: number;
  readonly top: number;
  /** The extent with one pixel of outside all around, row by row. */
  readonly bitmap: Uint8Array;
  readonly width: number;
}

/** Decodes the smallest rectangle that holds the whole mask; undefined when the mask is empty. */
function decodeExtent(mask: RunLengthMask): Crop | undefined {
  let left = Number.POSITIVE_INFINITY;
  let right = -1;
  let top = mask.height;
  let bottom = -1;
  forEachStretch(mask, (x, from, to) => {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, from);
    bottom = Math.max(bottom, to - 1);
  });
  if (right < 0) return undefined;
  const width = right - left + 3;
  const bitmap = new Uint8Array(width * (bottom - top + 3));
  forEachStretch(mask, (x, from, to) => {
    for (let y = from; y < to; y++) bitmap[(y - top + 1) * width + (x - left + 1)] = 1;
  });
  return { left, top, width, bitmap };
}
