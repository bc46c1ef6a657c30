import { UserError } from '../errors.js';

/** A fault is what training refuses, and an image in both splits; it can live with what a warning is about. */
export type Severity = 'fault' | 'warning';

interface FindingKind {
  readonly severity: Severity;
  /** Name of its cases. */
  readonly title: string;
  /** Whether an image with it can't be used, so that training refuses to start. */
  readonly refused: boolean;
}

const refused = (title: string): FindingKind => ({ severity: 'fault', title, refused: true });
/** For what concerns the measuring alone. */
const fault = (title: string): FindingKind => ({ severity: 'fault', title, refused: false });
const warning = (title: string): FindingKind => ({ severity: 'warning', title, refused: false });

/** Everything that can be wrong or doubtful in a data set. */
export const findingKinds = {
  'split-unreadable': refused("lists and annotation files that can't be read"),
  'duplicate-id': refused('ids that are there twice'),
  'unknown-image': refused('objects of images whose id is written in another way'),
  'photo-missing': refused('images that are missing'),
  'photo-unreadable': refused('images that are damaged or cut off'),
  'mask-missing': refused('mask files that are missing'),
  'mask-unreadable': refused('mask files that are damaged or cut off'),
  'annotation-unreadable': refused('annotations that are damaged or incomplete'),
  'segmentation-missing': refused('objects without a segmentation'),
  'segmentation-invalid': refused('objects with a damaged segmentation'),
  'size-mismatch': refused('images and masks that differ in size'),
  'class-missing': refused('objects without a class'),
  'unknown-class': refused('objects of unknown classes'),
  'box-misses-mask': refused('objects whose box lies elsewhere than their mask'),
  'boxes-are-corners': refused('annotation files whose boxes are corners'),
  'nothing-to-learn': refused('splits for training without a single example'),
  'annotation-size': warning('annotations of an image of another size'),
  'class-conflict': warning('objects with two different classes'),
  'object-without-mask': warning('annotated objects without a mask'),
  'mask-without-object': warning('masks without an annotated object'),
  'empty-mask': warning('objects without a single pixel'),
  'empty-box': warning('objects whose box has no area'),
  'box-outside-image': warning('objects whose box reaches beyond the image'),
  'image-in-two-splits': fault('images that are in both splits'),
  'duplicate-image': warning('images that are in a split twice'),
  'duplicate-object': warning('objects that are annotated twice'),
  'image-left-out': warning('images that are left out'),
  'object-left-out': warning('objects that are left out'),
  'polygon-left-out': warning('objects of which a polygon is left out'),
  'image-not-listed': warning("objects of images that the file doesn't list"),
  'crowds-ignored': warning('splits with objects that are flagged as crowds'),
  'crowd-as-object': warning('objects flagged as crowds that are taken as objects'),
  'thin-mask': warning('objects one pixel wide or high'),
  'box-far-from-mask': warning('objects whose box and mask differ much'),
  'area-mismatch': warning("objects whose area isn't their mask's"),
  'polygon-outside-image': warning('objects with a polygon that reaches beyond the image'),
  'photo-damaged': warning('images with pixels that the decoder made up'),
  'photo-dark': warning('images that come out nearly black'),
  'image-renamed': warning('images that are found under another name'),
  'exif-orientation': warning('images that are turned by their EXIF, where nothing says that masks are'),
  'annotation-missing': warning('annotation files that are missing'),
  'annotation-odd': warning("values that the format doesn't know"),
  'ignored-class': warning("objects of classes that aren't trained"),
  'class-lists-differ': warning('classes that one of the splits lacks'),
  'few-examples': warning('classes with too few examples'),
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingCode = keyof typeof findingKinds;

/** Something wrong or doubtful in a data set. */
export interface Finding {
  readonly code: FindingCode;
  /** The file that is to be mended. */
  readonly file: string;
  /** Part of the file: the index of an object in a mask, the id of an annotation or an image, or the name of a class. */
  readonly object?: number | string;
  /** The fault, its place, and the remedy. */
  readonly message: string;
}

/** Takes note of a finding. */
export type Report = (finding: Finding) => void;

export function severityOf({ code }: Finding): Severity {
  return findingKinds[code].severity;
}

/** Whether an image with this finding can't be used. */
export function isRefused({ code }: Finding): boolean {
  return findingKinds[code].refused;
}

/**
 * The report of those who need whole data.
 *
 * @throws UserError with the message of a finding that makes the data unusable
 */
export function refuse(finding: Finding): void {
  if (isRefused(finding)) throw new UserError(finding.message);
}
