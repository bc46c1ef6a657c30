import { UserError } from '../../errors.js';
import { imagesWithClasses, suggestClass } from '../classes.js';
import type { DatasetFormat, OpenContext, SplitContents } from '../dataset-format.js';
import type { SplitName } from '../sample.js';
import { vocClasses } from '../voc/classes.js';
import { readSplit } from '../voc/split.js';
import { requireSbdFolders, type SbdData, sbdLayout, sbdSchema } from './layout.js';
import { classesInMatFile, sbdReader } from './reader.js';

/** The Semantic Boundaries Dataset. */
export const sbdFormat = {
  name: 'sbd',
  description: "the Semantic Boundaries Dataset's `dataset/img` and `dataset/inst`, with lists beside them",
  schema: sbdSchema,
  title: (data, split) => `Semantic Boundaries Dataset, ${data[split]}`,
  classes: ({ classes }) => classes,
  detection: { open: openSbd, reader: sbdReader },
} as const satisfies DatasetFormat<SbdData>;

/**
 * Opens a split of the Semantic Boundaries Dataset. For training with a choice of the classes, images are left out that
 * have no object of them; `notices` says how many.
 *
 * @throws UserError when a folder or the split is missing, when a class isn't one of VOC's, or when no image is left.
 */
async function openSbd(
  data: SbdData,
  split: SplitName,
  { classes, purpose, report }: OpenContext,
): Promise<SplitContents> {
  await requireSbdFolders(data);
  const names: readonly string[] = vocClasses;
  const unknown = classes.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`data.classes: SBD has no class "${unknown}"; ${suggestClass(unknown, names)}`);
  }
  const layout = sbdLayout(data);
  const source = layout.split(data[split]);
  const all = await readSplit(source, report);
  const isChoice = purpose === 'training' && classes.length < names.length;
  const { ids, notices } = isChoice
    ? await imagesWithClasses(all, classes, source, (id) => classesInMatFile(layout.instances(id)))
    : { ids: all, notices: [] };
  return { source, imagesFolder: layout.images, names, ids, notices };
}
