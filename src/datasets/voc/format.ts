import { imagesWithClasses } from '../classes.js';
import type { DatasetFormat, OpenContext, SplitContents } from '../dataset-format.js';
import { checkVocImage, condenseMissing } from './checks.js';
import { vocClasses } from './classes.js';
import { requireVocFolders, type VocData, vocLayout, vocSchema } from './layout.js';
import { classesInAnnotation, type VocOwn, vocReader } from './reader.js';
import { readSplit } from './split.js';

/** The layout of the VOC devkit. */
export const vocFormat = {
  name: 'voc',
  description:
    "the devkit's `VOC2012` (`data.year` for another); `data.train` and `data.val` name lists in `ImageSets/Segmentation`",
  schema: vocSchema,
  title: (data, split) => `Pascal VOC ${data.year}, ${data[split]}`,
  benchmark: ({ year, classes, ...lists }, split) =>
    year === 2012 &&
    lists[split] === 'val' &&
    classes.length === vocClasses.length &&
    vocClasses.every((name) => classes.includes(name))
      ? 'VOC 2012 segmentation val'
      : undefined,
  classes: ({ classes }) => classes,
  detection: {
    open: (data, split, context) => openVoc(data, data[split], context),
    reader: vocReader,
    check: checkVocImage,
    condense: condenseMissing,
  },
} as const satisfies DatasetFormat<VocData, unknown, VocOwn>;

/**
 * Opens a split of a data set in VOC's layout. For training with a choice of the data's classes, images are left out
 * whose annotation lists no object of them; `notices` says how many.
 *
 * @param split the name of a list in ImageSets/Segmentation
 * @throws UserError when a folder or the split is missing, or when no image is left
 */
export async function openVoc(
  data: VocData,
  split: string,
  { classes, purpose, report }: OpenContext,
): Promise<SplitContents> {
  await requireVocFolders(data);
  const { maskClasses } = data;
  const layout = vocLayout(data);
  const source = layout.split(split);
  const all = await readSplit(source, report);
  const isChoice = purpose === 'training' && maskClasses.some((name) => !classes.includes(name));
  const { ids, notices } = isChoice
    ? await imagesWithClasses(all, classes, `split "${split}"`, (id) =>
        classesInAnnotation(layout.annotation(id)),
      )
    : { ids: all, notices: [] };
  const names = [...new Set([...maskClasses, ...classes])];
  return { source, imagesFolder: layout.images, names, ids, notices };
}
