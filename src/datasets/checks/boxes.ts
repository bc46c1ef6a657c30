import type { Box } from '../../geometry/boxes.js';
import { about, type ImageCheck, isInside, showBox } from './image-check.js';

/** Annotated boxes without area, and those that reach beyond their image. */
export const checkBoxes: ImageCheck = ({ objects, image }) =>
  objects.flatMap((object) => {
    const box = object.annotatedBox;
    if (!box) return [];
    const [x1, y1, x2, y2] = box;
    if (x2 <= x1 || y2 <= y1) {
      return about(object, 'empty-box', `has the box ${showBox(box)}, which has no area. Draw it anew.`);
    }
    if (!image) return [];
    const { width, height } = image;
    if (isInside(box, width, height)) return [];
    const message = `has the box ${showBox(box)}, which reaches beyond the image of ${width}×${height}. Correct it.`;
    return about(object, 'box-outside-image', message);
  });

/** Distance in pixels by which masks may end inside of their boxes: VOC's have a border of void pixels around them. */
const border = 5;
/** IoU below which a box is doubtful … */
const doubtful = 0.5;
/** … and below which box and mask are of different objects. */
const elsewhere = 0.1;

/** Annotated boxes far from their mask. */
export const checkBoxPlaces: ImageCheck = ({ objects }) =>
  objects.flatMap((object) => {
    const { annotatedBox: box, mask } = object;
    if (!box || !mask || mask.area === 0 || box[2] <= box[0] || box[3] <= box[1]) return [];
    const overlap = iou(nearer(box, mask.extent), mask.extent);
    if (overlap >= doubtful) return [];
    const places = `its box is ${showBox(box)} and its mask spans ${showBox(mask.extent)}`;
    return overlap < elsewhere
      ? about(
          object,
          'box-misses-mask',
          `has box and mask in different places: ${places}. One belongs to another object.`,
        )
      : about(
          object,
          'box-far-from-mask',
          `has a box that fits its mask badly: ${places}. See which is right.`,
        );
  });

/** The box with each side moved towards the mask's by at most the border. */
function nearer(box: Box, extent: Box): Box {
  const side = (i: number): number => box[i] + Math.max(-border, Math.min(border, extent[i] - box[i]));
  return [side(0), side(1), side(2), side(3)];
}

export function iou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (areaOf(a) + areaOf(b) - width * height);
}

function areaOf([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}
