import type { VocDataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import type { Dataset, Purpose } from '../sample.js';
import { requireVocFolders, type VocLayout, vocLayout } from './layout.js';
import { readAnnotation, vocReader } from './reader.js';
import { readSplit } from './split.js';

/**
 * Opens a split of a data set in VOC's layout. For training with a choice of the data's classes, images are left out
 * whose annotation lists no object of them; `notices` says how many.
 *
 * @param split the name of a list in ImageSets/Segmentation.
 * @throws UserError when a folder or the split is missing, or when no image is left.
 */
export async function openVoc(
  data: VocDataConfig,
  split: string,
  purpose: Purpose = 'evaluation',
): Promise<Dataset> {
  await requireVocFolders(data);
  const layout = vocLayout(data);
  const listed = await readSplit(layout.split(split));
  const chosen = data.maskClasses.some((name) => !data.classes.includes(name));
  const { ids, notices } =
    purpose === 'training' && chosen
      ? await idsWithClasses(listed, data, layout, split)
      : { ids: listed, notices: [] };
  return { classes: data.classes, ids, notices, load: vocReader(data, purpose) };
}

/** The ids whose annotation lists an object of the config's classes, and those that have no readable annotation. */
async function idsWithClasses(
  listed: readonly string[],
  data: VocDataConfig,
  layout: VocLayout,
  split: string,
): Promise<{ ids: string[]; notices: string[] }> {
  const ids: string[] = [];
  const found = new Map<string, number>();
  for (const id of listed) {
    // A damaged annotation is reported when the sample is read.
    const objects = await readAnnotation(layout.annotation(id)).catch(() => undefined);
    const names = new Set(objects?.map(({ name }) => name ?? ''));
    for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
    if (objects === undefined || data.classes.some((name) => names.has(name))) ids.push(id);
  }
  if (ids.length === 0) {
    const present = [...found].map(([name, images]) => `${name} (${images})`).sort();
    throw new UserError(
      `No image of split "${split}" has an object of data.classes (${data.classes.join(', ')}). ` +
        `The annotations name, with their number of images: ${present.join(', ') || 'nothing'}.`,
    );
  }
  const leftOut = listed.length - ids.length;
  const notices =
    leftOut > 0
      ? [
          `${leftOut} of ${listed.length} images of split "${split}" have no object of data.classes and are left out.`,
        ]
      : [];
  return { ids, notices };
}
