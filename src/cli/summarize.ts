import { netScore } from '../complexity/net-score.js';
import { classifierComplexity, maskRcnnComplexity } from '../complexity/networks.js';
import { publishedClassifiers, publishedSetting } from '../complexity/published-classifiers.js';
import type { ClassificationConfig, DetectionConfig } from '../config/schema.js';
import { classesOf } from '../datasets/classes.js';
import { type ImageSize, paddedSize } from '../geometry/image-size.js';
import { buildClassifier } from '../models/classifier.js';
import { buildMaskRcnn } from '../models/mask-rcnn.js';
import type { ClassifierSummary } from '../report/tables/classifier-table.js';
import type { RunFolder } from '../training/run-folder.js';
import { readTop1 } from './summary-target.js';

/** What is counted, in words. */
export const counted = {
  parameters:
    'weights, biases, and the scales and shifts of norms that are not frozen; shared ones once, in the first part',
  multiplyAdds:
    'convolutions and fully connected layers; not norms, activations, pooling, RoIAlign, upsampling and sums',
};

/** What the command line wants counted. */
export interface Wanted {
  /** Of the network's input, instead of the config's. */
  readonly size: ImageSize | undefined;
  readonly boxRois: number;
  readonly maskRois: number;
}

/** A detector's figures as `--json` prints them. */
export function summarizeDetector(
  name: string,
  { task, model, input, data }: DetectionConfig,
  { size, boxRois, maskRois }: Wanted,
) {
  const inputSize = size ?? { height: input.shorterSide, width: input.longerSide };
  const padded = paddedSize(inputSize);
  const classes = classesOf(data).length;
  return {
    config: name,
    task,
    ...maskRcnnComplexity(buildMaskRcnn(model, classes), { input: padded, boxRois, maskRois }),
    assumptions: {
      images: 1,
      inputSize: [inputSize.height, inputSize.width],
      paddedSize: [padded.height, padded.width],
      boxRois,
      maskRois,
      classes,
      counted,
    },
  };
}

/**
 * A classifier's figures as `--json` prints them. A run's accuracy is that with the config's own input, so there is none
 * where the command line gives another size.
 */
export async function summarizeClassifier(
  name: string,
  { task, model, input, data }: ClassificationConfig,
  run: RunFolder | undefined,
  { size }: Pick<Wanted, 'size'>,
) {
  const inputSize = size ?? { height: input.size, width: input.size };
  const outputs = model.outputs ?? classesOf(data).length;
  const complexity = classifierComplexity(buildClassifier(model.backbone, outputs), inputSize);
  const assumptions = {
    images: 1,
    inputSize: [inputSize.height, inputSize.width],
    outputs,
    counted,
  };
  const row = isPublished(assumptions) ? publishedClassifiers[model.backbone.name] : undefined;
  const top1 = run && size === undefined ? await readTop1(run) : undefined;
  if (run && size === undefined && top1 === undefined) {
    console.error(`${run.folder}: has no top-1 yet; measure it with: atto eval ${run.folder}`);
  }
  return {
    config: name,
    task,
    ...complexity,
    assumptions,
    ...(row && { published: { ...row, netScoreOfCounts: netScore({ ...complexity, top1: row.top1 }) } }),
    ...(run &&
      top1 !== undefined && {
        measured: { run: run.folder, top1, netScore: netScore({ ...complexity, top1 }) },
      }),
  };
}

/** Whether Table 2 is about such networks. */
function isPublished({ outputs, inputSize }: ClassifierSummary['assumptions']): boolean {
  return outputs === publishedSetting.outputs && inputSize.join() === publishedSetting.inputSize.join();
}
