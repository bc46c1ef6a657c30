import type { ClassificationConfig, Config, DetectionConfig } from '../config/schema.js';
import { classesOf } from '../datasets/classes.js';
import { UserError } from '../errors.js';
import { type ImageSize, paddedSize } from '../geometry/resize.js';
import { buildClassifier } from '../models/classifier.js';
import { classifierComplexity, maskRcnnComplexity } from '../models/complexity.js';
import { buildMaskRcnn } from '../models/mask-rcnn.js';
import { complexityTable } from '../visualization/complexity-table.js';
import { loadDataConfig } from './data-config.js';
import type { SummaryOptions } from './summary.js';

const counted = {
  parameters:
    'weights, biases, and the scales and shifts of norms that are not frozen; shared ones once, in the first part',
  multiplyAdds:
    'convolutions and fully connected layers; not norms, activations, pooling, RoIAlign, upsampling and sums',
};

/** Counts and prints: as JSON on standard output, or as a table on standard error. */
export async function summaryAction(
  targets: readonly string[],
  { size, boxRois, maskRois, json }: SummaryOptions,
): Promise<void> {
  const files = targets.filter((target) => !isOverride(target));
  const overrides = targets.filter(isOverride);
  if (files.length === 0) {
    throw new UserError(`${overrides.join(' ')}: of which config? Name its file, too`);
  }
  const wanted = {
    size: size === undefined ? undefined : parseSize(size),
    boxRois: parseCount('--box-rois', boxRois),
    maskRois: parseCount('--mask-rois', maskRois),
  };
  const summaries = [];
  for (const file of files) summaries.push(summarise(file, await loadDataConfig(file, overrides), wanted));
  if (json) {
    console.log(JSON.stringify(summaries, null, 2));
    return;
  }
  console.error(complexityTable(summaries));
  console.error(
    `For one image, with ${wanted.boxRois} RoIs in the box head and ${wanted.maskRois} in the mask head.\n` +
      `Parameters: ${counted.parameters}.\nMultiply-adds: ${counted.multiplyAdds}.`,
  );
}

const isOverride = (target: string): boolean => /^[\w.]+=/.test(target);

function parseSize(text: string): ImageSize {
  const [, height, width] = /^([1-9]\d{0,4})[x×]([1-9]\d{0,4})$/i.exec(text) ?? [];
  if (width === undefined) {
    throw new UserError(`--size ${text}: must be height and width in pixels, such as 800x1088`);
  }
  return { height: Number(height), width: Number(width) };
}

function parseCount(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UserError(`${option} ${text}: must be a whole number from 0`);
  return Number(text);
}

interface Wanted {
  readonly size: ImageSize | undefined;
  readonly boxRois: number;
  readonly maskRois: number;
}

/** A config's figures as `--json` prints them. */
function summarise(file: string, config: Config, wanted: Wanted) {
  return {
    config: file,
    ...(config.task === 'classification'
      ? summariseClassifier(config, wanted)
      : summariseDetector(config, wanted)),
  };
}

function summariseClassifier({ model, input, data }: ClassificationConfig, { size }: Wanted) {
  const inputSize = size ?? { height: input.size, width: input.size };
  const padded = paddedSize(inputSize);
  const outputs = model.outputs ?? classesOf(data).length;
  return {
    ...classifierComplexity(buildClassifier(model.backbone, outputs), padded),
    assumptions: {
      images: 1,
      inputSize: [inputSize.height, inputSize.width],
      paddedSize: [padded.height, padded.width],
      boxRois: 0,
      maskRois: 0,
      classes: outputs,
      counted,
    },
  };
}

function summariseDetector({ model, input, data }: DetectionConfig, { size, boxRois, maskRois }: Wanted) {
  const inputSize = size ?? { height: input.shorterSide, width: input.longerSide };
  const padded = paddedSize(inputSize);
  const classes = classesOf(data).length;
  return {
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
