import type { ImageFacts, ObjectFacts } from './facts.js';
import { about, type ImageCheck, isInside, showBox } from './image-check.js';

/** Masks and annotated objects should come in pairs. */
export const checkPairs: ImageCheck = (image) =>
  image.objects
    .filter((object) => !isReported(image, object))
    .flatMap((object) => {
      if (object.mask === undefined) {
        return about(
          object,
          'object-without-mask',
          `has no mask in ${image.file}. Draw it, or remove the object.`,
        );
      }
      if (!object.listed) {
        return about(
          object,
          'mask-without-object',
          'is not in its annotation, which has fewer objects. Add it there.',
        );
      }
      return [];
    });

/** Masks without a pixel, and those of a single row or column. */
export const checkMaskSizes: ImageCheck = ({ objects }) =>
  objects.flatMap((object) => {
    if (!object.mask) return [];
    const { area, extent } = object.mask;
    if (area === 0) {
      const message = 'has no pixel: training leaves it out. Draw its mask anew, or remove it.';
      return about(object, 'empty-mask', message);
    }
    const [width, height] = [extent[2] - extent[0], extent[3] - extent[1]];
    if (width > 1 && height > 1) return [];
    return about(object, 'thin-mask', `is ${width}×${height} pixels. See whether it was drawn by mistake.`);
  });

/** Polygons that reach beyond the image: its size may be another one than the annotator's. */
export const checkOutlines: ImageCheck = ({ objects, image }) =>
  objects.flatMap((object) => {
    if (!object.outline || !image) return [];
    const { width, height } = image;
    if (isInside(object.outline, width, height)) return [];
    const message =
      `has a polygon that reaches beyond the image of ${width}×${height}: it spans ${showBox(object.outline)}. ` +
      'Cut it off at the border.';
    return about(object, 'polygon-outside-image', message);
  });

/** The same object twice: equal classes and masks. */
export const checkRepetitions: ImageCheck = ({ objects }) => {
  const seen = new Map<string, ObjectFacts>();
  return objects.flatMap((object) => {
    if (!object.mask || object.mask.area === 0 || object.crowd) return [];
    const { area, extent } = object.mask;
    const key = JSON.stringify([object.className, area, extent]);
    const first = seen.get(key);
    seen.set(key, first ?? object);
    if (!first) return [];
    return about(
      object,
      'duplicate-object',
      `covers the same pixels as object ${first.key}. Remove one of them.`,
    );
  });
};

/** Whether reading has reported what is wrong with an object. */
function isReported({ findings }: ImageFacts, { key }: ObjectFacts): boolean {
  return findings.some(({ object }) => object === key);
}
