import { UserError } from '../../errors.js';
import type { Box } from '../../geometry/boxes.js';
import { iou } from '../checks/boxes.js';
import type { ImageFacts, ObjectFacts } from '../checks/facts.js';
import { about, type ImageCheck, rounded } from '../checks/image-check.js';
import { crowdsOf, imagesWithClasses, listed, suggestClass } from '../classes.js';
import type { DatasetFormat, OpenContext, SplitContents } from '../dataset-format.js';
import type { Finding, FindingCode, Report } from '../finding.js';
import { describeRenamed, type FoundImages, locateImages } from '../images/find-image.js';
import type { SplitName } from '../sample.js';
import { type CocoGroundTruth, parseClassNames, parseGroundTruth } from './ground-truth.js';
import { stemOf } from './identifiers.js';
import { type CocoData, cocoPaths, cocoSchema, requireImages } from './layout.js';
import { readCocoJson } from './read-json.js';
import { type CocoRecord, cocoReader, type RecordedAnnotation } from './reader.js';

/** An annotated area that isn't the mask's: COCO's protocol sorts objects by it. */
const checkAreas: ImageCheck = ({ objects }) =>
  objects.flatMap((object) => {
    const { area, mask } = object;
    if (area === undefined || !mask || mask.area === 0) return [];
    const [x1, y1, x2, y2] = mask.extent;
    // A polygon's area and its pixels differ along the border.
    const tolerated = 0.2 * Math.max(area, mask.area) + (x2 - x1) + (y2 - y1);
    if (Math.abs(area - mask.area) <= tolerated) return [];
    const message = `has the area ${rounded(area)}, but its mask has ${mask.area} pixels. COCO's protocol sorts objects by the area: correct it.`;
    return about(object, 'area-mismatch', message);
  });

/** IoU from which a box fits its mask. */
const fitting = 0.7;
/** Findings about a box. */
const aboutBoxes: readonly FindingCode[] = ['box-misses-mask', 'box-far-from-mask', 'box-outside-image'];

/** The findings, with one for each file most of whose boxes are corners, `[x1, y1, x2, y2]`. */
function condenseCorners(findings: readonly Finding[], images: readonly ImageFacts[]): readonly Finding[] {
  const files = [...new Set(images.map(({ file }) => file))];
  const corners = files.flatMap((file): Finding[] => {
    const objects = images.filter((image) => image.file === file).flatMap((image) => image.objects);
    const boxed = objects.filter(({ annotatedBox, mask }) => annotatedBox && mask && mask.area > 0);
    const asCorners = boxed.filter(fitsAsCorners).length;
    if (2 * asCorners <= boxed.length) return [];
    const message =
      `${file}: the boxes seem to be corners, [x1, y1, x2, y2]: so ${asCorners} of ${boxed.length} fit their masks, but not ` +
      "as [x, y, width, height], which COCO's format has. Convert them, or remove them: then the masks' extents count.";
    return [{ code: 'boxes-are-corners', file, message }];
  });
  const isExplained = ({ code, file }: Finding): boolean =>
    aboutBoxes.includes(code) && corners.some((each) => each.file === file);
  return [...corners, ...findings.filter((finding) => !isExplained(finding))];
}

function fitsAsCorners({ annotatedBox, mask }: ObjectFacts): boolean {
  if (!annotatedBox || !mask) return false;
  const [x1, y1, x2, y2] = annotatedBox;
  const corners: Box = [x1, y1, x2 - x1, y2 - y1];
  const fit = iou(corners, mask.extent);
  // Near the image's upper left corner both may fit.
  return fit >= fitting && fit > iou(annotatedBox, mask.extent);
}

/** COCO's annotation files, and what annotation tools export as such. */
export const cocoFormat = {
  name: 'coco',
  description:
    'annotation files, `data.train` and `data.val`, and folders of images, `data.imagesTrain` and `data.imagesVal`; by default as COCO 2017 lies on the disk',
  schema: cocoSchema,
  title: (data, split) => `COCO annotation file, ${data[split].replace(/^.*[\\/]/, '')}`,
  classes: ({ classes }) => classes,
  /** By rising id. */
  async readClasses(data, split) {
    const file = cocoPaths(data, split).annotations;
    return parseClassNames(await readCocoJson(file, 'classes'), file);
  },
  detection: {
    open: openCoco,
    reader: ({ orientation }: CocoData) => cocoReader(orientation),
    check: checkAreas,
    condense: condenseCorners,
  },
} as const satisfies DatasetFormat<CocoData, CocoRecord>;

/**
 * Opens a split of a data set with COCO annotation files. Classes go by the categories' names. For training, images are
 * left out whose objects are all of other classes, or crowds; `notices` says how many.
 *
 * @throws UserError when the annotation file or the images aren't there, when a class is no category, or when no image
 * is left
 */
async function openCoco(
  data: CocoData,
  split: SplitName,
  { classes, purpose, report }: OpenContext,
): Promise<SplitContents<CocoRecord>> {
  const { annotations: file, images: folder } = cocoPaths(data, split);
  const groundTruth = parseGroundTruth(await readCocoJson(file), file, report);
  const names = [...new Set(groundTruth.categories.map(({ name }) => name))];
  const notices = [...groundTruth.notices, ...missingClasses(classes, names, file, split)];
  const fileNames = groundTruth.images.flatMap(({ fileName }) => fileName ?? []);
  if (fileNames.length === 0) throw new UserError(`${file} has no images.`);
  await requireImages(data, split, fileNames[0]);
  const found = await locateImages(folder, fileNames);
  const renamed = describeRenamed(file, found);
  if (renamed !== undefined) {
    report({ code: 'image-renamed', file, message: renamed });
    notices.push(renamed);
  }
  const records = recordsOf(groundTruth, file, found, report);
  const chosen =
    purpose === 'training'
      ? await imagesWithClasses([...records.keys()], classes, file, (id) =>
          examplesIn(records.get(id), data.crowds),
        )
      : { ids: [...records.keys()], notices: [] };
  return {
    source: file,
    imagesFolder: folder,
    names,
    ids: chosen.ids,
    records,
    notices: [...notices, ...chosen.notices],
  };
}

/**
 * Sentences about classes that are no categories of the file.
 *
 * @throws UserError when they are unknown for training, or all of them are unknown
 */
function missingClasses(
  classes: readonly string[],
  names: readonly string[],
  file: string,
  split: SplitName,
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
  { places, instead }: FoundImages,
  report: Report,
): Map<string, CocoRecord> {
  const stems = new Map<string, number>();
  for (const { fileName = '' } of images) {
    const stem = fileStem(fileName);
    stems.set(stem.toLowerCase(), (stems.get(stem.toLowerCase()) ?? 0) + 1);
  }
  const records = new Map<string, CocoRecord>();
  images.forEach(({ id, fileName, size }, i) => {
    if (fileName === undefined) {
      const message = `${file}: image ${id} has no file_name`;
      report({ code: 'annotation-unreadable', file, object: id, message });
      return;
    }
    // Written out, for there may be millions: spread objects take more memory.
    const recorded = annotations[i].map(
      ({ label, id, box, area, crowd, difficult, segmentation }): RecordedAnnotation => ({
        id,
        className: categories[label].name,
        box,
        area,
        crowd,
        difficult,
        segmentation,
      }),
    );
    const stem = fileStem(fileName);
    const key = stems.get(stem.toLowerCase()) === 1 ? stem : `${stem}-${String(id).replace(/[^\w.-]/g, '_')}`;
    const image = places.get(fileName) ?? fileName;
    records.set(key, { imageId: id, image, instead, size, file, annotations: recorded });
  });
  return records;
}

function fileStem(fileName: string): string {
  return stemOf(fileName.replaceAll('\\', '/'));
}

/** The classes of an image's objects. There is nothing to learn from crowds, so theirs are called otherwise. */
function examplesIn(record: CocoRecord | undefined, crowds: CocoData['crowds']): string[] {
  return (record?.annotations ?? []).map(({ className, crowd }) =>
    crowd && crowds === 'ignore' ? crowdsOf(className) : className,
  );
}
