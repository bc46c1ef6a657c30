import { flipBox } from '../../geometry/boxes.js';
import type { Instance } from '../../geometry/instance.js';
import { flipMask } from '../../geometry/mask-transforms.js';
import type { RgbImage, Sample } from '../sample.js';

/** The sample mirrored left to right: image, masks and boxes. */
export function flipSample(sample: Sample): Sample {
  const { width } = sample.image;
  const flipInstance = (instance: Instance): Instance => ({
    ...instance,
    box: flipBox(instance.box, width),
    mask: flipMask(instance.mask),
  });
  return {
    ...sample,
    image: flipImage(sample.image),
    instances: sample.instances.map(flipInstance),
    ignored: sample.ignored.map(flipInstance),
  };
}

/** The image mirrored left to right, in memory of its own. */
export function flipImage(image: RgbImage): RgbImage {
  const flipped = copyImage(image);
  const { width, height, data } = flipped;
  // Reversing the bytes of a row, which is done natively, also turns RGB into BGR.
  for (let y = 0; y < height; y++) data.subarray(y * width * 3, (y + 1) * width * 3).reverse();
  for (let i = 0; i < data.length; i += 3) {
    const blue = data[i];
    data[i] = data[i + 2];
    data[i + 2] = blue;
  }
  return flipped;
}

/** The same image in memory of its own. */
export function copyImage({ width, height, data }: RgbImage): RgbImage {
  return { width, height, data: new Uint8Array(data) };
}
