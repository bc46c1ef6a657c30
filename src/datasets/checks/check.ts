import type { DataConfig } from '../../config/schema.js';
import type { Finding } from '../finding.js';
import { checkClassLists } from './class-lists.js';
import { checkExamples } from './examples.js';
import { checkImage } from './image.js';
import { checkRepeatedImages } from './repeated-images.js';
import type { CheckedSplit } from './split.js';

/** Everything that is wrong or doubtful in one or both splits. */
export function checkSplits(data: DataConfig, splits: readonly CheckedSplit[]): Finding[] {
  return [
    ...checkImages(data, splits),
    ...checkRepeatedImages(splits),
    ...checkClassLists(splits),
    ...checkExamples(splits),
  ];
}

/** What is wrong or doubtful in their images, each by itself. */
export function checkImages(data: DataConfig, splits: readonly CheckedSplit[]): Finding[] {
  const findings = splits.flatMap(({ name: split, dataset: { classes, names }, images }) => {
    const context = { split, classes, names, skipsEmpty: data.format === 'coco' };
    return images.flatMap((image) => checkImage(image, context));
  });
  return withoutRepetition(findings, splits);
}

/** The findings once each, where an image is in both splits; one for all where no image has an annotation. */
function withoutRepetition(findings: readonly Finding[], splits: readonly CheckedSplit[]): Finding[] {
  const distinct = [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.code, finding.message]), finding]),
    ).values(),
  ];
  const missing = distinct.filter(({ code }) => code === 'annotation-missing');
  const images = new Set(splits.flatMap((split) => split.images.map(({ id }) => id)));
  if (missing.length < images.size || missing.length < 2) return distinct;
  const { file } = missing[0];
  const message = `${file} and all others are missing, so classes are those of SegmentationClass and nothing is difficult.`;
  return [
    ...distinct.filter(({ code }) => code !== 'annotation-missing'),
    { code: 'annotation-missing', file, message },
  ];
}
