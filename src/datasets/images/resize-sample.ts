import type { ImageSize } from '../../geometry/image-size.js';
import type { Instance } from '../../geometry/instance.js';
import { resizeMask } from '../../geometry/mask-transforms.js';
import type { RgbImage, Sample } from '../sample.js';

/**
 * A sample at another size, scaled as the model scales it: the image bilinearly without antialiasing (half-pixel
 * centers, rounded to bytes), masks by the nearest pixel, boxes by the ratio of the sides.
 */
export function resizeSample(sample: Sample, size: ImageSize): Sample {
  const x = size.width / sample.image.width;
  const y = size.height / sample.image.height;
  const resizeInstance = (instance: Instance): Instance => {
    const [x1, y1, x2, y2] = instance.box;
    return {
      ...instance,
      box: [x1 * x, y1 * y, x2 * x, y2 * y],
      mask: resizeMask(instance.mask, size),
      ...(instance.area !== undefined && { area: instance.area * x * y }),
    };
  };
  return {
    ...sample,
    image: resizeImage(sample.image, size),
    instances: sample.instances.map(resizeInstance),
    ignored: sample.ignored.map(resizeInstance),
  };
}

/** The image at another size, scaled as {@link resizeSample} does. */
export function resizeImage({ width, height, data }: RgbImage, size: ImageSize): RgbImage {
  const columns = neighbors(width, size.width);
  const rows = neighbors(height, size.height);
  const resized = new Uint8Array(size.width * size.height * 3);
  let to = 0;
  for (const row of rows) {
    const upper = row.low * width;
    const lower = row.high * width;
    for (const { low, high, weight } of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const at = (pixel: number): number => data[3 * pixel + channel];
        const top = at(upper + low) * (1 - weight) + at(upper + high) * weight;
        const bottom = at(lower + low) * (1 - weight) + at(lower + high) * weight;
        resized[to++] = Math.round(top * (1 - row.weight) + bottom * row.weight);
      }
    }
  }
  return { ...size, data: resized };
}

/** For each pixel along a side of the new size: the two old pixels around it and the share of the second. */
function neighbors(from: number, to: number): { low: number; high: number; weight: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.max(((i + 0.5) * from) / to - 0.5, 0);
    const low = Math.min(Math.floor(position), from - 1);
    return { low, high: Math.min(low + 1, from - 1), weight: position - low };
  });
}
