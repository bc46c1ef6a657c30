import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, flag, type } from '../kernels.js';
import { type Backward, readsNothing, type Tape } from '../tape.js';
import { shapeTensor } from './product.js';

const float32 = { T: type('float32') };
const nearest = { ...float32, align_corners: flag(false), half_pixel_centers: flag(false) };

/**
 * Nearest-neighbour upsampling to the size of `lateral`, plus `lateral`: the top-down step of a feature pyramid as one
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
