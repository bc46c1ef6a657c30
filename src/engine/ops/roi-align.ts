import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { execute, float, int, shapeTensor, text, type } from '../kernels.js';
import { executeOwn } from '../own-kernels.js';
import { readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';
import { halve, halvingGradient } from './resampling.js';

/** RoIs on one feature map, in pixels of that map. */
export interface FeatureRois {
  /** `[R · 4]`: x1, y1, x2, y2; each at least as wide and high as it should be sampled. */
  readonly boxes: Float32Array;
  /** `[R]`: which image of the batch each lies in. */
  readonly images: Int32Array;
}

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

/** By our own kernels (`native/kernels/roi_align.cc`), which need neither a border nor twice as large a crop. */
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

/**
 * A map with one more row and column on each side, which repeat the outermost ones.
 *
 * @param features `[N, H, W, C]`
 * @returns `[N, H + 2, W + 2, C]`
 */
export function withBorder(tape: Tape | undefined, features: Tensor): Tensor {
  const margins = (): Tensor => tf.tensor2d([0, 0, 1, 1, 1, 1, 0, 0], [4, 2], 'int32');
  const pad = (op: 'MirrorPad' | 'MirrorPadGrad', x: Tensor): Tensor => {
    const widths = margins();
    const result = execute(op, mirroring, [x, widths]);
    widths.dispose();
    return result;
  };
  const bordered = pad('MirrorPad', features);
  tape?.record(
    [features],
    [bordered],
    ([gradient]) => (gradient === undefined ? [] : [pad('MirrorPadGrad', gradient)]),
    readsNothing,
  );
  return bordered;
}

/**
 * RoIAlign by TensorFlow's kernels: a bilinear crop at twice the output's size takes one sample at the center of each half
 * bin, which is where RoIAlign takes them, and the means of 2×2 samples are the bins. The map's border makes the crop clamp
 * samples that lie up to a pixel outside of the map and give zero beyond, as torchvision does.
 *
 * @param bordered the map as {@link withBorder} returns it
 * @param rois boxes in pixels of the map without its border
 * @param size S, height and width of the output
 * @returns `[R, S, S, C]`
 */
function meanOfCrop(tape: Tape | undefined, bordered: Tensor, rois: FeatureRois, size: number): Tensor {
  const [, h, w, channels] = bordered.shape;
  const count = rois.images.length;
  const samples = 2 * size;
  const boxes = tf.tensor2d(cropBoxes(rois.boxes, samples, h, w), [count, 4]);
  const images = tf.tensor1d(rois.images, 'int32');
  const cropSize = shapeTensor([samples, samples]);
  const crop = execute(
    'CropAndResize',
    { T: type('float32'), method: text('bilinear'), extrapolation_value: float(0) },
    [bordered, boxes, images, cropSize],
  );
  const y = halve(crop);
  for (const tensor of [crop, cropSize]) tensor.dispose();
  const constants = [boxes, images];
  const recorded = tape?.record(
    [bordered],
    [y],
    ([gradient]) => {
      if (gradient === undefined) return [];
      const cropGradient = halvingGradient(gradient, [count, samples, samples, channels]);
      const mapShape = shapeTensor(bordered.shape);
      const result = execute('CropAndResizeGradImage', { T: type('float32'), method: text('bilinear') }, [
        cropGradient,
        boxes,
        images,
        mapShape,
      ]);
      for (const tensor of [cropGradient, mapShape]) tensor.dispose();
      return [result];
    },
    { ...readsNothing, save: () => constants },
  );
  if (!recorded) for (const tensor of constants) tensor.dispose();
  return y;
}

const mirroring = { T: type('float32'), Tpaddings: type('int32'), mode: text('SYMMETRIC') };

/**
 * The crop's normalized boxes `[y1, x1, y2, x2]` on a map with a border: their corners are the first and the last sample,
 * 0 and 1 the centers of the border's pixels.
 */
function cropBoxes(boxes: Float32Array, samples: number, height: number, width: number): Float32Array {
  const result = new Float32Array(boxes.length);
  const first = (start: number, end: number): number => start + (end - start) / samples / 2 + 1;
  const last = (start: number, end: number): number => end - (end - start) / samples / 2 + 1;
  for (let i = 0; i < boxes.length; i += 4) {
    const [x1, y1, x2, y2] = boxes.subarray(i, i + 4);
    result[i] = first(y1, y2) / (height - 1);
    result[i + 1] = first(x1, x2) / (width - 1);
    result[i + 2] = last(y1, y2) / (height - 1);
    result[i + 3] = last(x1, x2) / (width - 1);
  }
  return result;
}
