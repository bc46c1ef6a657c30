import { z } from 'zod';
import { count, fraction, positive } from './values.js';

/** What a detector sees of an image. */
export const detectionInput = z
  .strictObject({
    /** An image is scaled until its shorter side has this length … */
    shorterSide: count.default(800),
    /** … or, where that is smaller, its longer side this one. Without it, 5/3 of the shorter side. */
    longerSide: count.optional(),
    /** Shorter sides that training draws from; `longerSide` holds for each. */
    multiScale: z.array(count).min(1).optional(),
    /** Share of the training images that are mirrored. */
    horizontalFlip: fraction.default(0.5),
  })
  .transform(({ longerSide, ...rest }) => ({
    ...rest,
    longerSide:
      longerSide ?? Math.floor((Math.max(rest.shorterSide, ...(rest.multiScale ?? [])) * 1333) / 800),
  }));

/** The bounds that something is drawn between. */
const range = (name: string, least: number, most: number) =>
  z
    .tuple([positive, positive])
    .refine(
      ([from, to]) => from <= to,
      `must be the least and the greatest ${name}, such as [${least}, ${most}]`,
    );

/** Shares of brightness, contrast or saturation: a factor is drawn from 1 − this to 1 + this. */
const jitter = z.number().min(0).default(0);

/** What a classifier sees of an image. */
export const classificationInput = z
  .strictObject({
    /** Side of the square that the network sees. */
    size: count.default(224),
    /**
     * In evaluation an image is scaled until its shorter side has this length, and the square in its middle is taken.
     * 8/7 of `size` by default, which are 256 for 224.
     */
    resize: count.optional(),
    /** In training a rectangle of the image is drawn and scaled to the square. */
    crop: z
      .strictObject({
        /** Its share of the image's area … */
        scale: range('share', 0.08, 1)
          .refine(([, to]) => to <= 1, 'must not be more than the whole image, which is 1')
          .default([0.08, 1]),
        /** … and its width / height. */
        aspectRatio: range('ratio', 0.75, 1.33).default([3 / 4, 4 / 3]),
      })
      .prefault({}),
    /** Share of the training images that are mirrored. */
    horizontalFlip: fraction.default(0.5),
    /** How much the colors of training images change. */
    colorJitter: z.strictObject({ brightness: jitter, contrast: jitter, saturation: jitter }).prefault({}),
  })
  .transform(({ resize, ...rest }) => ({ ...rest, resize: resize ?? Math.round((rest.size * 8) / 7) }))
  .refine(({ resize, size }) => resize >= size, { path: ['resize'], message: 'must not be less than size' });
