import { flipBox, flipMask } from '../geometry/flip.js';
import type { Instance } from '../geometry/instance.js';
import type { RgbImage, Sample } from './sample.js';

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

/** The image mirrored left to right. */
export function flipImage({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let from = y * width * 3;
    let to = from + (width - 1) * 3;
    for (let x = 0; x < width; x++, from += 3, to -= 3) {
      flipped[to] = data[from];
      flipped[to + 1] = data[from + 1];
      flipped[to + 2] = data[from + 2];
    }
  }
  return { width, height, data: flipped };
}
