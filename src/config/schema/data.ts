import { z } from 'zod';
import { vocClasses } from '../voc-classes.js';
import { count, seed } from './values.js';

const classList = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'a class is named twice');

const vocData = z.strictObject({
  format: z.literal('voc'),
  /** The folder that holds VOC2012. */
  root: z.string(),
  year: z.int().default(2012),
  /** Names of lists in ImageSets/Segmentation. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** What is learned; objects of other classes are ignored. */
  classes: classList.default([...vocClasses]),
  /** What the indices of the class masks mean, from 1; needed only where an object has no name in an XML file. */
  maskClasses: classList.default([...vocClasses]),
});

const cocoData = z.strictObject({
  format: z.literal('coco'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Annotation files. */
  train: z.string().default('annotations/instances_train2017.json'),
  val: z.string().default('annotations/instances_val2017.json'),
  /** Folders that the images' `file_name` starts from. */
  imagesTrain: z.string().default('train2017'),
  imagesVal: z.string().default('val2017'),
  /** What is learned, by name; objects of others are ignored. All categories of the training file by default. */
  classes: classList.optional(),
});

const sbdData = z.strictObject({
  format: z.literal('sbd'),
  /** The folder that holds `dataset` with img and inst. */
  root: z.string(),
  /** Names of lists beside img. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** What is learned; objects of other classes are ignored. */
  classes: classList.default([...vocClasses]),
});

const shapesData = z
  .strictObject({
    format: z.literal('shapes'),
    /** Where the images are generated, in the layout of VOC or in folders named by class, unless they are there. */
    root: z.string(),
    /** Which images are generated; the `seed` of the run doesn't change them, so that runs can be compared. */
    seed: seed.default(1),
    trainImages: count.default(400),
    valImages: count.default(50),
    /** Images have sides between these. */
    minSide: z.int().min(32).default(96),
    maxSide: z.int().min(32).default(160),
  })
  .refine(({ minSide, maxSide }) => minSide <= maxSide, {
    path: ['maxSide'],
    message: 'must not be less than minSide',
  });

/** Images in folders named by their class. */
const imageFolderData = z.strictObject({
  format: z.literal('image-folder'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Folders with a folder of images for each class, or lists with lines of an image's path in `root` and its class. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** What is learned, in the order of the network's outputs; all classes of the training split by name by default. */
  classes: classList.optional(),
  /** Whether images that can't be read are left out, instead of being refused. */
  skipUnreadable: z.boolean().default(false),
});

/** Images with objects. */
export const detectionData = z.discriminatedUnion('format', [vocData, cocoData, sbdData, shapesData], {
  error: 'must be voc, coco, sbd or shapes',
});

/** Images that show one thing. */
export const classificationData = z.discriminatedUnion('format', [imageFolderData, shapesData], {
  error: 'must be image-folder or shapes',
});
