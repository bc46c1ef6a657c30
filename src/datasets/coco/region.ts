import { messageOf, UserError } from '../../errors.js';
import type { CocoBox } from '../../geometry/boxes.js';
import { maskArea, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import { decodeSegmentation } from './segmentation.js';

/** Place of an object, as a COCO file gives it. */
export interface CocoRegion {
  readonly box: CocoBox | undefined;
  /** In pixels. */
  readonly area: number | undefined;
  /** In a form that `decodeSegmentation` reads; undefined where there is no mask. */
  readonly segmentation: unknown;
}

export interface ResolvedRegion {
  readonly box: CocoBox;
  readonly area: number;
  /** Undefined where no mask was wanted, or there is none. */
  readonly mask: RunLengthMask | undefined;
}

/**
 * Decodes an object's mask, if masks are wanted, and fills in what else is missing: the box is the mask's extent, the
 * area the mask's, or the box's where there is no mask.
 *
 * @param name whose region it is, for messages
 * @throws UserError where there is neither box nor mask, or the mask is damaged or not as large as the image
 */
export function resolveRegion(
  { box, area, segmentation }: CocoRegion,
  { height, width }: { readonly height: number; readonly width: number },
  masks: boolean,
  name: string,
): ResolvedRegion {
  const needed = masks || box === undefined || area === undefined;
  if (segmentation === undefined || !needed) {
    if (box === undefined) throw new UserError(`${name} has neither bbox nor segmentation`);
    return { box, area: area ?? box[2] * box[3], mask: undefined };
  }
  const mask = decode(segmentation, height, width, name);
  return { box: box ?? boxOf(mask), area: area ?? maskArea(mask), mask: masks ? mask : undefined };
}

/**
 * Objects of a file that have no mask, as the beginning of a sentence.
 *
 * @param nameOf gives an object's name in messages
 * @returns undefined where all have one
 */
export function withoutMasks<T extends CocoRegion>(
  file: string,
  objects: readonly T[],
  nameOf: (object: T) => string,
): string | undefined {
  const without = objects.filter(({ segmentation }) => segmentation === undefined);
  if (without.length === 0) return undefined;
  if (without.length === objects.length) return `${file} has no masks`;
  const others = without.length > 1 ? ` and ${without.length - 1} more have` : ' has';
  return `${file}: ${nameOf(without[0])}${others} no mask`;
}

function boxOf(mask: RunLengthMask): CocoBox {
  const [x1, y1, x2, y2] = maskExtent(mask);
  return [x1, y1, x2 - x1, y2 - y1];
}

function decode(segmentation: unknown, height: number, width: number, name: string): RunLengthMask {
  try {
    return decodeSegmentation(segmentation, height, width);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${name}: ${messageOf(error)}`);
    throw error;
  }
}
