import { z } from 'zod';
import { commonKeys, commonSettings } from '../dataset-format.js';
import type { ImageFolderData } from '../image-folder/listing.js';
import type { VocData } from '../voc/layout.js';

/** The classes of the generated data set. */
export const shapeClasses = ['circle', 'square', 'triangle', 'star', 'ring'] as const;
export type ShapeClass = (typeof shapeClasses)[number];

const count = z.int().positive();
const side = z.int().min(32);

/** Data section of a config with generated shapes. */
export const shapesSchema = z
  .strictObject({
    format: z.literal('shapes'),
    /** Folder in which the images are generated, in the layout of VOC or in folders named by class, unless they are there. */
    root: z.string(),
    /** Decides the images; the `seed` of the run doesn't change them, so that runs can be compared. */
    seed: z.int().min(0).max(0x7fffffff).default(1),
    trainImages: count.default(400),
    valImages: count.default(50),
    /** Images have sides between these. */
    minSide: side.default(96),
    maxSide: side.default(160),
    ...commonKeys,
  })
  .refine(({ minSide, maxSide }) => minSide <= maxSide, {
    path: ['maxSide'],
    message: 'must not be less than minSide',
  });
export type ShapesData = z.output<typeof shapesSchema>;

/** The generated data set as what it is on the disk: one in VOC's layout. */
export function shapesAsVoc(data: Pick<ShapesData, 'root'> & Partial<ShapesData>): VocData {
  const { root } = data;
  return {
    ...commonSettings({ ...data, format: 'shapes' }),
    format: 'voc',
    root,
    year: 2012,
    train: 'train',
    val: 'val',
    classes: [...shapeClasses],
    maskClasses: [...shapeClasses],
  };
}

/** The generated data set of single shapes as what it is on the disk: folders named by class. */
export function shapesAsImageFolder({ root }: Pick<ShapesData, 'root'>): ImageFolderData {
  return {
    format: 'image-folder',
    root,
    train: 'train',
    val: 'val',
    classes: [...shapeClasses],
    skipUnreadable: false,
  };
}
