import type { Detection } from '../../geometry/instance.js';
import { compressCounts } from '../../geometry/rle-string.js';
import type { ImageId } from '../sample.js';

/** A detection in COCO's results format. */
export interface WrittenResult {
  /** The image file's stem, or the id in the COCO file where there is one. */
  readonly image_id: ImageId;
  /** Place of the class in the model's list, from 1. */
  readonly category_id: number;
  readonly category: string;
  /** x, y, width, height in pixels. */
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
  readonly segmentation: { readonly size: readonly [height: number, width: number]; readonly counts: string };
}

/** A detection as `atto score` and pycocotools read it. */
export function writtenResult(imageId: ImageId, detection: Detection): WrittenResult {
  const { box, label, category, score, mask } = detection;
  const [x1, y1, x2, y2] = box;
  return {
    image_id: imageId,
    category_id: label + 1,
    category,
    bbox: [x1, y1, x2 - x1, y2 - y1],
    score,
    segmentation: { size: [mask.height, mask.width], counts: compressCounts(mask.counts) },
  };
}
