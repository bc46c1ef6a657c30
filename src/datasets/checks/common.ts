import type { Finding } from '../finding.js';
import { checkBoxes, checkBoxPlaces } from './boxes.js';
import type { CheckContext, ImageCheck } from './image-check.js';
import type { CheckedSplit } from './inspect.js';
import { checkMaskSizes, checkOutlines, checkPairs, checkRepetitions } from './masks.js';
import { checkClassLists, checkCrowds, checkExamples, checkRepeatedImages } from './splits.js';

/** Images with an EXIF orientation of which nothing says what their annotations refer to. */
const checkOrientation: ImageCheck = ({ image }) => {
  if (!image?.assumed) return [];
  const { file, orientation } = image;
  const message =
    `${file} has the EXIF orientation ${orientation} and is turned by it, as Detectron2, Ultralytics and OpenCV do. See ` +
    'with atto view whether the masks fit; data.orientation=stored takes the pixels as they are stored.';
  return [{ code: 'exif-orientation', file, message }];
};

/** Images that can be read but aren't what they were. */
const checkDecoding: ImageCheck = ({ image }) => {
  if (!image) return [];
  const { file, damaged, dark } = image;
  const findings: Finding[] = [];
  if (damaged) {
    const message = `${file} is damaged: some of its pixels are made up by the decoder, as with other tools. Replace it by an intact copy.`;
    findings.push({ code: 'photo-damaged', file, message });
  }
  if (dark) {
    const message =
      `${file} comes out nearly black: it has more than 8 bits for each value, and none reaches a sixteenth of the ` +
      'greatest. Store it with 8 bits, or spread its values over all bits.';
    findings.push({ code: 'photo-dark', file, message });
  }
  return findings;
};

/** Checks of an image that all formats have. */
const imageChecks: readonly ImageCheck[] = [
  checkDecoding,
  checkOrientation,
  checkPairs,
  checkMaskSizes,
  checkOutlines,
  checkRepetitions,
  checkBoxes,
  checkBoxPlaces,
];

/** Everything that is wrong or doubtful in one or both splits. */
export function checkSplits(splits: readonly CheckedSplit[]): Finding[] {
  return [
    ...checkImages(splits),
    ...checkRepeatedImages(splits),
    ...checkClassLists(splits),
    ...checkCrowds(splits),
    ...checkExamples(splits),
  ];
}

/** Everything that is wrong or doubtful in their images, each by itself. */
export function checkImages(splits: readonly CheckedSplit[]): Finding[] {
  const findings = splits.flatMap(({ name: split, dataset: { classes, names, format }, images }) => {
    const { detection } = format;
    const context: CheckContext = { split, classes, names };
    return images.flatMap((image) => [
      ...image.findings,
      ...imageChecks.flatMap((check) => check(image, context)),
      ...(detection.check?.(image, context) ?? []),
    ]);
  });
  // An image may be in both splits.
  const distinct = [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.code, finding.message]), finding]),
    ).values(),
  ];
  const images = splits.flatMap((split) => split.images);
  const condense = splits.at(0)?.dataset.format.detection.condense;
  return condense ? [...condense(distinct, images)] : distinct;
}
