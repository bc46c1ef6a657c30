import type { DatasetFormat } from '../dataset-format.js';
import { openImageFolder } from '../image-folder/format.js';
import { checkVocImage, condenseMissing } from '../voc/checks.js';
import { openVoc } from '../voc/format.js';
import { type VocOwn, vocReader } from '../voc/reader.js';
import { type ShapesData, shapeClasses, shapesAsImageFolder, shapesAsVoc, shapesSchema } from './layout.js';

/** Generated images of shapes, to try things without a data set. */
export const shapesFormat = {
  name: 'shapes',
  description: "images that are generated when they aren't there",
  schema: shapesSchema,
  title: (_data, split) => `generated shapes, ${split}`,
  classes: () => shapeClasses,
  detection: {
    async open(data, split, context) {
      // Drawing needs the canvas, which reading doesn't.
      const { generateShapes } = await import('./generate.js');
      await generateShapes(data, context.onGenerate);
      return openVoc(shapesAsVoc(data), split, context);
    },
    reader: (data, thorough) => vocReader(shapesAsVoc(data), thorough),
    check: checkVocImage,
    condense: condenseMissing,
  },
  classification: {
    async open(data, split, context) {
      const { generateShapes } = await import('./generate.js');
      await generateShapes(data, context.onGenerate, 'image-folder');
      return openImageFolder(shapesAsImageFolder(data), split, context);
    },
  },
} as const satisfies DatasetFormat<ShapesData, unknown, VocOwn>;
