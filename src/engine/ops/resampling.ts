import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, flag, ints, shapeTensor, text, type } from '../kernels.js';
import { type Backward, readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';
import { type Window, windowAttributes } from './window.js';

const float32 = { T: type('float32') };

/**
 * The largest value in each window; padding never wins.
 *
 * @param x `[N, H, W, C]`
 * @returns `[N, H', W', C]`
 */
export function maxPool(tape: Tape | undefined, x: Tensor, size: number, window: Window): Tensor {
  const attributes: Attributes = { ...windowAttributes(window), ksize: ints([1, size, size, 1]) };
  const y = execute('MaxPool', attributes, [x]);
  tape?.record([x], [y], ([gradient], [input]) =>
    gradient === undefined ? [] : [execute('MaxPoolGrad', attributes, [input, y, gradient])],
  );
  return y;
}

/** The means of 2×2 blocks: `[N, 2H, 2W, C]` to `[N, H, W, C]`. Not recorded; {@link halvingGradient} is its gradient. */
export function halve(x: Tensor): Tensor {
  return execute('AvgPool', halving, [x]);
}

/** The gradient of {@link halve}'s input, whose shape is `xShape`. */
export function halvingGradient(gradient: Tensor, xShape: readonly number[]): Tensor {
  const size = shapeTensor(xShape);
  const result = execute('AvgPoolGrad', halving, [size, gradient]);
  size.dispose();
  return result;
}

const halving: Attributes = {
  ...float32,
  ksize: ints([1, 2, 2, 1]),
  strides: ints([1, 2, 2, 1]),
  padding: text('VALID'),
};

/** The mean of each channel over the image: `[N, H, W, C]` to `[N, C]`. */
export function globalAveragePool(tape: Tape | undefined, x: Tensor): Tensor {
  const [n, h, w, c] = x.shape;
  const axes = shapeTensor([1, 2]);
  const y = execute('Mean', { ...float32, Tidx: type('int32'), keep_dims: flag(false) }, [x, axes]);
  axes.dispose();
  const backward: Backward = ([gradient]) => {
    if (gradient === undefined) return [];
    const mean = tf.tidy(() => tf.reshape(tf.div(gradient, h * w), [n, 1, 1, c]));
    const spread = tf.tile(mean, [1, h, w, 1]);
    mean.dispose();
    return [spread];
  };
  tape?.record([x], [y], backward, readsNothing);
  return y;
}

const nearest = { ...float32, align_corners: flag(false), half_pixel_centers: flag(false) };

/**
 * Nearest-neighbor upsampling to the size of `lateral`, plus `lateral`: the top-down step of a feature pyramid as one
 * differentiable operation.
 *
 * @param top `[N, H, W, C]`
 * @param lateral `[N, H', W', C]`, H' and W' whole multiples of H and W.
 */
export function upsampleAdd(tape: Tape | undefined, top: Tensor, lateral: Tensor): Tensor {
  const [, h, w] = top.shape;
  const [, height, width] = lateral.shape;
  if (height % h !== 0 || width % w !== 0) {
    throw new RangeError(`a ${h}×${w} map can't be repeated to ${height}×${width}`);
  }
  const size = shapeTensor([height, width]);
  const upsampled = execute('ResizeNearestNeighbor', nearest, [top, size]);
  const y = execute('AddV2', float32, [upsampled, lateral]);
  for (const tensor of [size, upsampled]) tensor.dispose();
  const backward: Backward = ([gradient]) => {
    if (gradient === undefined) return [];
    const topSize = shapeTensor([h, w]);
    const topGradient = execute('ResizeNearestNeighborGrad', nearest, [gradient, topSize]);
    topSize.dispose();
    return [topGradient, gradient.clone()];
  };
  tape?.record([top, lateral], [y], backward, readsNothing);
  return y;
}
