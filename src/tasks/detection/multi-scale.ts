import type { DetectionConfig } from '../../config/schema.js';
import { randomStream } from '../../random.js';

/**
 * Shorter side of the images of a batch in training: drawn from `input.multiScale`, where that is given.
 *
 * @param position number of images that training has seen before the batch
 */
export function shorterSideAt(
  { seed, input }: Pick<DetectionConfig, 'seed' | 'input'>,
  position: number,
): number {
  const { multiScale, shorterSide } = input;
  if (multiScale === undefined) return shorterSide;
  return multiScale[randomStream(seed, 'scale', position).integer(multiScale.length)];
}
