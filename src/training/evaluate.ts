import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset-format.js';
import { evaluationLoader } from '../datasets/loading/loader.js';
import { samplesAhead } from '../datasets/loading/read-ahead.js';
import type { Sample } from '../datasets/sample.js';
import type { Detection } from '../geometry/instance.js';
import {
  type DetectedImage,
  type DetectionEvaluation,
  evaluateDetections,
} from '../metrics/detection-evaluation.js';
import { detectObjects } from '../models/detection.js';
import type { MaskRcnn } from '../models/mask-rcnn.js';
import { TensorOps } from '../nn/tensor-ops.js';
import type { Weights } from '../nn/weights.js';

export interface EvaluationOptions {
  /** Ends the evaluation after the image at hand. */
  readonly signal?: AbortSignal;
  /** Called after each image. */
  readonly onImage?: (
    image: { readonly sample: Sample; readonly detections: readonly Detection[] },
    done: number,
    total: number,
  ) => void | Promise<void>;
}

/**
 * Detects on every image of a split and scores the detections.
 *
 * @returns undefined when the signal ended it
 */
export async function evaluateNetwork(
  network: MaskRcnn,
  weights: Weights,
  config: DetectionConfig,
  dataset: Dataset,
  { signal, onImage }: EvaluationOptions = {},
): Promise<DetectionEvaluation | undefined> {
  const { dataWorkers, input } = config;
  const ops = new TensorOps(weights);
  const images: DetectedImage[] = [];
  try {
    const loading = { dataset, workers: dataWorkers, ahead: samplesAhead(1, dataWorkers) };
    for await (const sample of evaluationLoader(loading)) {
      const { id, image, instances } = sample;
      const [detections] = detectObjects(network, ops, [image], { ...input, classes: dataset.classes });
      images.push({ id, height: image.height, width: image.width, groundTruth: instances, detections });
      await onImage?.({ sample, detections }, images.length, dataset.ids.length);
      // Lets the interrupt signal come through.
      await new Promise(setImmediate);
      if (signal?.aborted) return undefined;
    }
    return evaluateDetections(images, dataset.classes);
  } finally {
    ops.dispose();
  }
}
