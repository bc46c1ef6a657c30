import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { execute, flag, type } from '../engine/kernels.js';
import { tf } from '../engine/tf.js';
import { type ImageSize, paddedSize, resizedSize } from '../geometry/image-size.js';

/** Image of 8-bit RGB values. */
export interface Pixels extends ImageSize {
  /** `[height · width · 3]`, row by row. */
  readonly data: Uint8Array;
}

/** Batch of images as the network sees them. */
export interface ImageBatch {
  /** `[N, H, W, 3]`, normalized, zero where an image is smaller than the batch. */
  readonly images: Tensor;
  /** Size of each image in the batch, without padding. */
  readonly sizes: readonly ImageSize[];
  /** H and W of the batch, multiples of 32. */
  readonly padded: ImageSize;
}

/** Mean and standard deviation of ImageNet's red, green and blue. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/** Normalized value of each byte, for each channel. */
const normalized = mean.map((m, channel) =>
  Float32Array.from({ length: 256 }, (_, byte) => {
    const value = Math.fround(byte / 255);
    return Math.fround(value - Math.fround(m)) / Math.fround(deviation[channel]);
  }),
);

/**
 * Normalizes images, scales each to its size (bilinear, `align_corners=False`, no antialiasing) and puts them into one
 * batch, padded with zeros at the right and at the bottom: torchvision's GeneralizedRCNNTransform.
 */
export function transformImages(
  images: readonly Pixels[],
  input: { readonly shorterSide: number; readonly longerSide: number },
): ImageBatch {
  const sizes = images.map((image) => resizedSize(image, input.shorterSide, input.longerSide));
  const padded = paddedSize({
    height: Math.max(...sizes.map((size) => size.height)),
    width: Math.max(...sizes.map((size) => size.width)),
  });
  const batch = tf.tidy(() =>
    tf.stack(
      images.map((image, i) => {
        const { height, width } = sizes[i];
        return tf.pad3d(resize(normalize(image), sizes[i]), [
          [0, padded.height - height],
          [0, padded.width - width],
          [0, 0],
        ]);
      }),
    ),
  );
  return { images: batch, sizes, padded };
}

/** Normalizes images of one size: `[N, H, W, 3]`. */
export function normalizeImages(images: readonly Pixels[]): Tensor4D {
  const [{ height, width }] = images;
  const values = new Float32Array(images.length * height * width * 3);
  for (const [i, { data }] of images.entries()) normalizeInto(values.subarray(i * height * width * 3), data);
  return tf.tensor4d(values, [images.length, height, width, 3]);
}

function normalize({ data, height, width }: Pixels): Tensor3D {
  const values = new Float32Array(data.length);
  normalizeInto(values, data);
  return tf.tensor3d(values, [height, width, 3]);
}

function normalizeInto(values: Float32Array, data: Uint8Array): void {
  const [red, green, blue] = normalized;
  for (let i = 0; i < data.length; i += 3) {
    values[i] = red[data[i]];
    values[i + 1] = green[data[i + 1]];
    values[i + 2] = blue[data[i + 2]];
  }
}

function resize(image: Tensor3D, { height, width }: ImageSize): Tensor3D {
  if (image.shape[0] === height && image.shape[1] === width) return image;
  const resized = execute(
    'ResizeBilinear',
    { T: type('float32'), align_corners: flag(false), half_pixel_centers: flag(true) },
    [tf.expandDims(image), tf.tensor1d([height, width], 'int32')],
  );
  return tf.reshape(resized, [height, width, 3]);
}

/** Factors by which an image's height and width were really scaled, each side having been rounded. */
export function scaleFactors(from: ImageSize, to: ImageSize): { y: number; x: number } {
  return { y: Math.fround(to.height / from.height), x: Math.fround(to.width / from.width) };
}

/** Scales boxes `[N · 4]`. */
export function scaleBoxes(boxes: Float32Array, { y, x }: { y: number; x: number }): Float32Array {
  return boxes.map((coordinate, i) => coordinate * (i % 2 === 0 ? x : y));
}
