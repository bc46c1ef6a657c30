import type { Finding } from '../finding.js';
import { checkBoxes, checkBoxPlaces } from './boxes.js';
import { checkClasses, checkClassMasks, checkValues } from './classes.js';
import type { CheckContext, ImageCheck } from './context.js';
import type { ImageFacts } from './facts.js';
import {
  checkAreas,
  checkEmptyImages,
  checkMaskSizes,
  checkOutlines,
  checkPairs,
  checkRepetitions,
} from './masks.js';
import { checkOrientation, checkStatedSize } from './photos.js';

const checks: readonly ImageCheck[] = [
  checkOrientation,
  checkStatedSize,
  checkEmptyImages,
  checkPairs,
  checkMaskSizes,
  checkOutlines,
  checkAreas,
  checkRepetitions,
  checkBoxes,
  checkBoxPlaces,
  checkClasses,
  checkClassMasks,
  checkValues,
];

/** Everything that is wrong or doubtful in an image by itself. */
export function checkImage(image: ImageFacts, context: CheckContext): Finding[] {
  return [...image.findings, ...checks.flatMap((check) => check(image, context))];
}
