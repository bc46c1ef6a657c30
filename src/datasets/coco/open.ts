import type { CocoDataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import { classesOf, listed, suggestClass } from '../classes.js';
import { type Report, refuse } from '../finding.js';
import { imagesWithClasses } from '../images-with-classes.js';
import { sampleOf } from '../read-image.js';
import type { Dataset, Purpose } from '../sample.js';
import { type CocoGroundTruth, parseGroundTruth } from './ground-truth.js';
import { stemOf } from './identifiers.js';
import { readJsonFile } from './json-file.js';
import { cocoPaths, photoFile, requireImages } from './paths.js';
import { readCocoImage } from './reader.js';
import type { CocoRecord, RecordedAnnotation } from './record.js';

/**
 * Opens a split of a data set with COCO annotation files. Classes go by the categories' names. For training, images are
 * left out that have no object of `data.classes`, or only crowds; `notices` says how many.
 *
 * @param report is told what is wrong with the annotation file.
 * @throws UserError when the annotation file or the images aren't there, when a class is no category, or when no image
 * is left
 */
export async function openCoco(
  data: CocoDataConfig,
  split: 'train' | 'val',
  purpose: Purpose,
  report: Report = refuse,
): Promise<Dataset> {
  const { annotations: file, images: folder } = cocoPaths(data, split);
  const truth = parseGroundTruth(await readJsonFile(file), file, report);
  const names = truth.categories.map(({ name }) => name);
  const classes = classesOf(data);
  const notices = missingClasses(classes, names, file, split);
  const records = recordsOf(truth, file, folder, report);
  const first = truth.images.find(({ fileName }) => fileName !== undefined)?.fileName;
  if (first === undefined) throw new UserError(`${file} has no images.`);
  await requireImages(data, split, first);
  const chosen =
    purpose === 'training'
      ? await imagesWithClasses([...records.keys()], classes, file, (id) => examplesIn(records.get(id)))
      : { ids: [...records.keys()], notices: [] };
  return {
    source: file,
    photos: folder,
    classes,
    names,
    ids: chosen.ids,
    records,
    notices: [...notices, ...chosen.notices],
    load: async (id) => sampleOf(await readCocoImage(id, records.get(id)), classes, purpose),
  };
}

/**
 * What should be known about classes that are no categories of the file.
 *
 * @throws UserError when they are unknown for training, or all of them are unknown
 */
function missingClasses(
  classes: readonly string[],
  names: readonly string[],
  file: string,
  split: 'train' | 'val',
): string[] {
  const missing = classes.filter((name) => !names.includes(name));
  if (missing.length === 0) return [];
  const [first] = missing;
  if (split === 'train' || missing.length === classes.length) {
    throw new UserError(`data.classes: ${file} has no category "${first}"; ${suggestClass(first, names)}`);
  }
  return [`${file} has no category ${listed(missing)}, so there is nothing to find of it.`];
}

/** The images by their ids as samples; each id names one file, whatever system it is on. */
function recordsOf(
  { categories, images, annotations }: CocoGroundTruth,
  file: string,
  folder: string,
  report: Report,
): Map<string, CocoRecord> {
  const stems = new Map<string, number>();
  for (const { fileName = '' } of images) {
    const stem = fileStem(fileName);
    stems.set(stem.toLowerCase(), (stems.get(stem.toLowerCase()) ?? 0) + 1);
  }
  const records = new Map<string, CocoRecord>();
  images.forEach(({ id, fileName, height, width }, i) => {
    if (fileName === undefined) {
      const message = `${file}: image ${id} has no file_name`;
      report({ code: 'annotation-unreadable', file, object: id, message });
      return;
    }
    const recorded = annotations[i].map(
      ({ label, ...annotation }): RecordedAnnotation => ({
        ...annotation,
        className: categories[label].name,
      }),
    );
    const stem = fileStem(fileName);
    const key = stems.get(stem.toLowerCase()) === 1 ? stem : `${stem}-${String(id).replace(/[^\w.-]/g, '_')}`;
    const photo = photoFile(folder, fileName);
    records.set(key, { imageId: id, photo, height, width, file, annotations: recorded });
  });
  return records;
}

function fileStem(fileName: string): string {
  return stemOf(fileName.replaceAll('\\', '/'));
}

/** The classes of an image's objects. There is nothing to learn from crowds, so theirs are called otherwise. */
function examplesIn(record: CocoRecord | undefined): string[] {
  return (record?.annotations ?? []).map(({ className, crowd }) =>
    crowd ? `crowds of ${className}` : className,
  );
}
