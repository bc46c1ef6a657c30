import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { int } from '../kernels.js';
import { readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';
import { type FeatureRois, meanOfCrop, withBorder } from './crop-and-resize.js';
import { executeOwn } from './own-kernels.js';

/** A feature map ready for RoIs to be cropped from; see {@link cropSource}. */
export interface CropSource {
  /** `[N, H, W, C]`, or with a border `[N, H + 2, W + 2, C]`. */
  readonly map: Tensor;
  /** Whether the map has the border that TensorFlow's kernels need. */
  readonly bordered: boolean;
}

/** Gets a map `[N, H, W, C]` ready, once for all heads, for the fastest kernels that there are. */
export function cropSource(tape: Tape | undefined, features: Tensor): CropSource {
  return hasOwnKernels()
    ? { map: features, bordered: false }
    : { map: withBorder(tape, features), bordered: true };
}

/**
 * RoIAlign with two samples a bin and direction, on one feature map, as one differentiable operation.
 *
 * @param rois with torchvision's `aligned=False` convention: no half-pixel shift
 * @param size S, height and width of the output
 * @returns `[R, S, S, C]`
 */
export function roiCrop(
  tape: Tape | undefined,
  { map, bordered }: CropSource,
  rois: FeatureRois,
  size: number,
): Tensor {
  return bordered ? meanOfCrop(tape, map, rois, size) : ownRoiAlign(tape, map, rois, size);
}

/** By our own kernels (`native/roi_align.cc`), which need neither a border nor twice as large a crop. */
function ownRoiAlign(
  tape: Tape | undefined,
  map: Tensor,
  { boxes, images }: FeatureRois,
  size: number,
): Tensor {
  const rows = Float32Array.from({ length: 5 * images.length }, (_, i) => {
    const roi = Math.floor(i / 5);
    return i % 5 === 0 ? images[roi] : boxes[4 * roi + (i % 5) - 1];
  });
  const rois = tf.tensor2d(rows, [images.length, 5]);
  const [y] = executeOwn('AttoRoiAlign', { size: int(size) }, [map, rois]);
  const recorded = tape?.record(
    [map],
    [y],
    ([gradient], _, [saved]) => {
      if (gradient === undefined) return [];
      const [n, height, width] = map.shape;
      const attributes = { images: int(n), height: int(height), width: int(width) };
      return executeOwn('AttoRoiAlignGradient', attributes, [gradient, saved]);
    },
    { ...readsNothing, save: () => [rois] },
  );
  if (!recorded) rois.dispose();
  return y;
}
