import type { SbdDataConfig } from '../../config/schema.js';
import { vocClasses } from '../../config/voc-classes.js';
import { UserError } from '../../errors.js';
import { suggestClass } from '../classes.js';
import { type Report, refuse } from '../finding.js';
import { imagesWithClasses } from '../images-with-classes.js';
import { sampleOf } from '../read-image.js';
import type { Dataset, Purpose } from '../sample.js';
import { readSplit } from '../voc/split.js';
import { requireSbdFolders, sbdLayout } from './layout.js';
import { classesInFile, sbdImageReader } from './reader.js';

/**
 * Opens a split of the Semantic Boundaries Dataset. For training with a choice of the classes, images are left out that
 * have no object of them; `notices` says how many.
 *
 * @param report is told what is wrong with the list.
 * @throws UserError when a folder or the split is missing, when a class isn't one of VOC's, or when no image is left.
 */
export async function openSbd(
  data: SbdDataConfig,
  split: 'train' | 'val',
  purpose: Purpose,
  report: Report = refuse,
): Promise<Dataset> {
  await requireSbdFolders(data);
  const { classes } = data;
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
    ? await imagesWithClasses(all, classes, source, (id) => classesInFile(layout.instances(id)))
    : { ids: all, notices: [] };
  const read = sbdImageReader(data);
  const load = async (id: string) => sampleOf(await read(id), classes, purpose);
  return { source, photos: layout.photos, classes, names, ids, notices, load };
}
