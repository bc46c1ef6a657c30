import type { DetectionConfig } from '../config/schema.js';
import { randomStream } from '../random.js';

/**
 * The shorter side of the images of one batch: drawn from `input.multiScale`, where that is given.
 *
 * @param position how many images training has seen before the batch
 */
export function shorterSideAt({ seed, input }: DetectionConfig, position: number): number {
  const { multiScale, shorterSide } = input;
  if (multiScale === undefined) return shorterSide;
  return multiScale[randomStream(seed, 'scale', position).integer(multiScale.length)];
}
