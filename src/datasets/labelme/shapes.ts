import { UserError } from '../../errors.js';
import type { Box } from '../../geometry/boxes.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { polygonsMask } from '../../geometry/polygons.js';
import { RunBuilder } from '../../geometry/run-builder.js';
import type { RunLengthMask } from '../../geometry/run-length-mask.js';
import { asStored, decodeRgb } from '../images/decode-rgb.js';
import type { LabelmeShape } from './annotation.js';

/** Pixels of a shape. */
export interface ShapeRegion {
  readonly mask: RunLengthMask;
  /** Extent of its outline, inside the image and beyond. */
  readonly outline: Box;
}

type Point = LabelmeShape['points'][number];

/**
 * The pixels of a shape: those whose middle lies inside.
 *
 * @param size of the image
 * @throws UserError that says what is wrong with the shape, but not which one it is
 */
export async function regionOf(shape: LabelmeShape, size: ImageSize): Promise<ShapeRegion> {
  const { points } = shape;
  switch (shape.shape_type ?? 'polygon') {
    case 'polygon':
      if (points.length < 3) throw new UserError(`has ${counted(points)}, but a polygon has at least 3`);
      return polygonRegion(points, size);
    case 'rectangle': {
      // Some tools write all corners, of rectangles that are turned, too.
      if (points.length === 4) return polygonRegion(points, size);
      const [[x1, y1], [x2, y2]] = pair(shape, 'corners');
      const corners: Point[] = [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ];
      return polygonRegion(corners, size);
    }
    case 'circle': {
      const [center, edge] = pair(shape, 'points, its center and one on the circle');
      return circleRegion(center, Math.hypot(edge[0] - center[0], edge[1] - center[1]), size);
    }
    case 'mask':
      return pngRegion(shape, size);
    default:
      throw new UserError(
        `has the shape_type ${shape.shape_type}, which isn't known; there are polygon, rectangle, circle and mask`,
      );
  }
}

function pair({ points, shape_type: type }: LabelmeShape, what: string): [Point, Point] {
  const [first, second] = points;
  if (points.length === 2) return [first, second];
  throw new UserError(`has ${counted(points)}, but a ${type} has 2 ${what}`);
}

function counted({ length }: readonly Point[]): string {
  return `${length} ${length === 1 ? 'point' : 'points'}`;
}

function polygonRegion(points: readonly Point[], { height, width }: ImageSize): ShapeRegion {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return {
    mask: polygonsMask([points.flat()], height, width),
    outline: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  };
}

function circleRegion([x, y]: Point, radius: number, { height, width }: ImageSize): ShapeRegion {
  const runs = new RunBuilder();
  for (let column = 0; column < width; column++) {
    if (Math.abs(column + 0.5 - x) >= radius) continue;
    const half = Math.sqrt(Math.max(radius ** 2 - (column + 0.5 - x) ** 2, 0));
    const first = Math.max(Math.ceil(y - half - 0.5), 0);
    const end = Math.min(Math.floor(y + half - 0.5) + 1, height);
    if (first < end) runs.add(column * height + first, column * height + end);
  }
  return {
    mask: runs.finish({ height, width }),
    outline: [x - radius, y - radius, x + radius, y + radius],
  };
}

/** A PNG whose upper left pixel is the first point's; everything but black is inside. */
async function pngRegion(
  { points, mask: png }: LabelmeShape,
  { height, width }: ImageSize,
): Promise<ShapeRegion> {
  if (!png || points.length === 0)
    throw new UserError('has no mask: a PNG in base64, and where it lies, are needed');
  const { data, ...own } = await decodeRgb(Buffer.from(png, 'base64'), 'its mask', asStored);
  const [left, top] = points[0].map(Math.round);
  const runs = new RunBuilder();
  for (let x = Math.max(-left, 0); x < Math.min(own.width, width - left); x++) {
    for (let y = Math.max(-top, 0); y < Math.min(own.height, height - top); y++) {
      const from = 3 * (y * own.width + x);
      const inside = data[from] || data[from + 1] || data[from + 2];
      const position = (left + x) * height + top + y;
      if (inside) runs.add(position, position + 1);
    }
  }
  return {
    mask: runs.finish({ height, width }),
    outline: [left, top, left + own.width, top + own.height],
  };
}
