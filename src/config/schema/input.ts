import { z } from 'zod';
import { count, fraction, positive } from './values.js';

/** Input of a detector. */
export const detectionInput = z
  .strictObject({
    /** Length that an image's shorter side is scaled to … */
    shorterSide: count.default(800),
    /** … unless its longer side would exceed this length, which it is then scaled to. 5/3 of `shorterSide` by default. */
    longerSide: count.optional(),
    /** Shorter sides that training draws from; `longerSide` limits each. */
    multiScale: z.array(count).min(1).optional(),
    /** Share of the training images that are flipped left to right. */
    horizontalFlip: fraction.default(0.5),
  })
  .transform(({ longerSide, ...rest }) => ({
    ...rest,
    longerSide:
      longerSide ?? Math.floor((Math.max(rest.shorterSide, ...(rest.multiScale ?? [])) * 1333) / 800),
  }));

/** Bounds that a value is drawn between. */
const range = (name: string, least: number, most: number) =>
  z
    .tuple([positive, positive])
    .refine(
      ([from, to]) => from <= to,
      `must be the least and the greatest ${name}, such as [${least}, ${most}]`,
    );

/** Strength of a color change: its factor is drawn from 1 − strength to 1 + strength. */
const jitter = z.number().min(0).default(0);

/** Input of a classifier. */
export const classificationInput = z
  .strictObject({
    /** Side of the square input. */
    size: count.default(224),
    /**
     * Length that an image's shorter side is scaled to in evaluation, before the center is cropped to `size`. 8/7 of
     * `size` by default, which is 256 for 224.
     */
    resize: count.optional(),
    /** Random crop in training, which is scaled to the square. */
    crop: z
      .strictObject({
        /** Range of its share of the image's area. */
        scale: range('share', 0.08, 1)
          .refine(([, to]) => to <= 1, 'must not be more than the whole image, which is 1')
          .default([0.08, 1]),
        /** Range of its width divided by its height. */
        aspectRatio: range('ratio', 0.75, 1.33).default([3 / 4, 4 / 3]),
      })
      .prefault({}),
    /** Share of the training images that are flipped left to right. */
    horizontalFlip: fraction.default(0.5),
    /** Random color changes in training. */
    colorJitter: z.strictObject({ brightness: jitter, contrast: jitter, saturation: jitter }).prefault({}),
  })
  .transform(({ resize, ...rest }) => ({ ...rest, resize: resize ?? Math.round((rest.size * 8) / 7) }))
  .refine(({ resize, size }) => resize >= size, { path: ['resize'], message: 'must not be less than size' });
