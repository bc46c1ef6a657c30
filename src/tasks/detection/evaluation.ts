import path from 'node:path';
import type { DetectionConfig } from '../../config/schema.js';
import { type WrittenResult, writtenResult } from '../../datasets/coco/results.js';
import type { Dataset } from '../../datasets/dataset-format.js';
import type { Finding } from '../../datasets/finding.js';
import { evaluationNotices } from '../../datasets/left-out.js';
import { evaluationLoader } from '../../datasets/loading/loader.js';
import { samplesAhead } from '../../datasets/loading/read-ahead.js';
import type { Sample } from '../../datasets/sample.js';
import { writeImage } from '../../drawing/canvas.js';
import { drawComparison } from '../../drawing/panels.js';
import { writeTextAtomically } from '../../files.js';
import type { Detection } from '../../geometry/instance.js';
import {
  type DetectedImage,
  type DetectionEvaluation,
  evaluateDetections,
} from '../../metrics/detection-evaluation.js';
import { detectObjects } from '../../models/detection.js';
import type { MaskRcnn } from '../../models/mask-rcnn.js';
import { TensorOps } from '../../nn/tensor-ops.js';
import { evenlySpaced } from '../evenly-spaced.js';
import type { EvaluationOptions, EvaluationSubject, WrittenEvaluation } from '../task.js';

/** Maximum number of images that are drawn, ground truth beside prediction. */
const drawnImages = 24;

/** Detector to evaluate. */
export type DetectorSubject = EvaluationSubject<DetectionConfig, MaskRcnn>;

/**
 * Evaluates a detector on a split, and writes its detections and some images into `out` if that is given.
 *
 * @returns undefined when the signal ended it
 * @throws UserError when an image can't be read, or a file can't be written
 */
export async function evaluateDetection(
  subject: DetectorSubject,
  dataset: Dataset,
  { signal, onProgress, out }: EvaluationOptions,
): Promise<WrittenEvaluation<DetectionEvaluation> | undefined> {
  const drawn = new Set(out === undefined ? [] : evenlySpaced(drawnImages, dataset.ids.length));
  const results: WrittenResult[] = [];
  const findings: Finding[] = [];
  const evaluation = await evaluateDetector(subject, dataset, {
    signal,
    onFindings: (found) => findings.push(...found),
    onImage: async ({ sample, detections }, done, total) => {
      results.push(...detections.map((detection) => writtenResult(sample.imageId, detection)));
      if (out !== undefined && drawn.has(done - 1)) {
        const picture = drawComparison(sample, detections, dataset.classes);
        await writeImage(path.join(out, 'pictures', `${sample.id}.png`), picture);
      }
      onProgress?.(done, total);
    },
  });
  if (!evaluation) return undefined;
  if (out !== undefined) {
    await writeTextAtomically(path.join(out, 'detections.json'), JSON.stringify(results));
  }
  return { evaluation, notices: evaluationNotices(findings, dataset), files: [] };
}

/** Watches and ends the evaluation of a detector. */
export interface DetectorEvaluationOptions {
  /** Ends the evaluation after the image at hand. */
  readonly signal?: AbortSignal | undefined;
  /** Called with an image's findings; where the settings leave an image out, `onImage` isn't called for it. */
  readonly onFindings?: (findings: readonly Finding[]) => void;
  /** Called after each image, and awaited. */
  readonly onImage?: (
    image: { readonly sample: Sample; readonly detections: readonly Detection[] },
    done: number,
    total: number,
  ) => void | Promise<void>;
}

/**
 * Detects objects on every image of a split and scores the detections.
 *
 * @returns undefined when the signal ended it
 * @throws UserError when an image can't be read
 */
export async function evaluateDetector(
  { network, weights, config }: DetectorSubject,
  dataset: Dataset,
  { signal, onImage, onFindings }: DetectorEvaluationOptions = {},
): Promise<DetectionEvaluation | undefined> {
  const { dataWorkers, input } = config;
  const { ids, classes } = dataset;
  const ops = new TensorOps(weights);
  const images: DetectedImage[] = [];
  try {
    const loading = { dataset, workers: dataWorkers, ahead: samplesAhead(1, dataWorkers) };
    for await (const sample of evaluationLoader(loading, onFindings)) {
      const { id, image, instances } = sample;
      const [detections] = detectObjects(network, ops, [image], { ...input, classes });
      images.push({ id, height: image.height, width: image.width, groundTruth: instances, detections });
      await onImage?.({ sample, detections }, images.length, ids.length);
      // Lets an interrupt come through.
      await new Promise(setImmediate);
      if (signal?.aborted) return undefined;
    }
    return evaluateDetections(images, classes);
  } finally {
    ops.dispose();
  }
}
