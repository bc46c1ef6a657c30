import type { VocDataConfig } from '../../config/schema.js';
import { type Report, refuse } from '../finding.js';
import { imagesWithClasses } from '../images-with-classes.js';
import type { Dataset, Purpose } from '../sample.js';
import { requireVocFolders, vocLayout } from './layout.js';
import { classesInFile, vocReader } from './reader.js';
import { readSplit } from './split.js';

/**
 * Opens a split of a data set in VOC's layout. For training with a choice of the data's classes, images are left out
 * whose annotation lists no object of them; `notices` says how many.
 *
 * @param split the name of a list in ImageSets/Segmentation.
 * @param report is told what is wrong with the list.
 * @throws UserError when a folder or the split is missing, or when no image is left.
 */
export async function openVoc(
  data: VocDataConfig,
  split: string,
  purpose: Purpose = 'evaluation',
  report: Report = refuse,
): Promise<Dataset> {
  await requireVocFolders(data);
  const { classes, maskClasses } = data;
  const layout = vocLayout(data);
  const source = layout.split(split);
  const all = await readSplit(source, report);
  const isChoice = purpose === 'training' && maskClasses.some((name) => !classes.includes(name));
  const { ids, notices } = isChoice
    ? await imagesWithClasses(all, classes, `split "${split}"`, (id) => classesInFile(layout.annotation(id)))
    : { ids: all, notices: [] };
  const names = [...new Set([...maskClasses, ...classes])];
  const { photos } = layout;
  return { source, photos, classes, names, ids, notices, load: vocReader(data, purpose) };
}
