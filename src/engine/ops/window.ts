import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, ints, text, type } from '../kernels.js';
import { tf } from '../tf.js';

/** Movement of a square window over an image: PyTorch's parameters, with the same padding on all four sides. */
export interface Window {
  readonly stride: number;
  readonly padding: number;
}

const float32 = { T: type('float32') };

/** Attributes of the forward kernels, which pad by themselves. */
export function windowAttributes({ stride, padding }: Window): Attributes {
  return {
    ...float32,
    strides: ints([1, stride, stride, 1]),
    ...(padding === 0
      ? { padding: text('VALID') }
      : {
          padding: text('EXPLICIT'),
          explicit_paddings: ints([0, 0, padding, padding, padding, padding, 0, 0]),
        }),
  };
}

/** Whether what the window of a `kernel` × `kernel` convolution yields is as large as the image. */
export function keepsSize({ stride, padding }: Window, kernel: number): boolean {
  return stride === 1 && kernel === 2 * padding + 1;
}

/**
 * The same window as a gradient kernel sees it. Gradient kernels know no explicit padding: where TensorFlow's SAME means the same
 * padding they are told SAME, elsewhere they get an input that has been padded before.
 */
export function gradientWindow(
  window: Window,
  kernel: number,
): { readonly attributes: Attributes; readonly padding: number } {
  const { stride, padding } = window;
  const same = keepsSize(window, kernel) && padding > 0;
  return {
    attributes: {
      ...float32,
      strides: ints([1, stride, stride, 1]),
      padding: text(same ? 'SAME' : 'VALID'),
    },
    padding: same ? 0 : padding,
  };
}

/** `[N, H, W, C]` with `padding` zeros on each side of H and W; the tensor itself (a new handle) when that is 0. */
export function padImage(x: Tensor, padding: number): Tensor {
  if (padding === 0) return x.clone();
  const widths = tf.tensor2d([0, 0, padding, padding, padding, padding, 0, 0], [4, 2], 'int32');
  const padded = execute('Pad', { ...float32, Tpaddings: type('int32') }, [x, widths]);
  widths.dispose();
  return padded;
}

/** Undoes {@link padImage} on a gradient, which it consumes. */
export function unpadImage(padded: Tensor, padding: number): Tensor {
  if (padding === 0) return padded;
  const [n, h, w, c] = padded.shape;
  const begin = tf.tensor1d([0, padding, padding, 0], 'int32');
  const size = tf.tensor1d([n, h - 2 * padding, w - 2 * padding, c], 'int32');
  const inner = execute('Slice', { ...float32, Index: type('int32') }, [padded, begin, size]);
  for (const tensor of [padded, begin, size]) tensor.dispose();
  return inner;
}
