import { readFileSync } from 'node:fs';
import { loadConfig } from '../src/config/load.js';
import { requireDetection } from '../src/config/require-task.js';
import type { DetectionConfig } from '../src/config/schema.js';
import { classesOf } from '../src/datasets/formats.js';
import type { Sample } from '../src/datasets/sample.js';
import { encodeMask } from '../src/geometry/run-length-mask.js';
import { detectObjects } from '../src/models/detection.js';
import { buildMaskRcnn, type MaskRcnn } from '../src/models/mask-rcnn.js';
import { TensorOps } from '../src/nn/tensor-ops.js';
import { Weights } from '../src/nn/weights.js';
import { detectionLosses } from '../src/tasks/detection/learner.js';
import { computeGradients } from '../src/training/gradients.js';
import { Sgd } from '../src/training/sgd.js';
import { loadWeights } from '../src/weights/model-file.js';
import type { DetectorWork, Run } from './side.js';

/** Every score counts as a detection, so that there are 100. */
export async function detectorWork(request: DetectorWork): Promise<Run> {
  const loaded = await loadConfig(request.config, [
    'data.root=.',
    'model.box.scoreThreshold=0',
    `model.backbone.trainableStages=${request.trainableStages}`,
  ]);
  const config = requireDetection(loaded, request.config);
  const network = buildMaskRcnn(config.model, classesOf(config.data).length);
  const weights = new Weights(network.parameters, 1);
  if (request.weights !== undefined) await loadWeights(request.weights, weights);
  const job = { request, config, network, weights };
  return request.work === 'detect' ? detection(job) : trainingStep(job);
}

interface Job {
  readonly request: DetectorWork;
  readonly config: DetectionConfig;
  readonly network: MaskRcnn;
  readonly weights: Weights;
}

/** @returns the number of detections, from the image's bytes to run-length masks */
function detection({ request, config, network, weights }: Job): () => number {
  const ops = new TensorOps(weights);
  const input = { ...config.input, classes: classesOf(config.data) };
  const { image } = sampleOf(request);
  return () => detectObjects(network, ops, [image], input)[0].length;
}

/** @returns the loss */
function trainingStep({ request, config, network, weights }: Job): () => number {
  const sgd = new Sgd(weights, { momentum: 0.9, weightDecay: 1e-4, decayBiasesAndNorms: true });
  const samples = Array.from({ length: request.batchSize }, () => sampleOf(request));
  let position = 0;
  return () => {
    const { losses, gradients } = computeGradients(
      weights,
      (ops) => detectionLosses({ network, ops, config }, samples, position++),
      1,
    );
    if (gradients) sgd.step(gradients, 1e-5);
    return Object.values(losses).reduce((sum, loss) => sum + loss, 0);
  };
}

function sampleOf({ image, size: [height, width], boxes, labels }: DetectorWork): Sample {
  const instances = boxes.map(([x1, y1, x2, y2], i) => {
    const bitmap = new Uint8Array(height * width);
    for (let y = y1; y < y2; y++) bitmap.fill(1, y * width + x1, y * width + x2);
    const mask = encodeMask(bitmap, height, width);
    const box = [x1, y1, x2, y2] as const;
    return { box, label: labels[i] - 1, mask, difficult: false, crowd: false };
  });
  return {
    id: 'bench',
    imageId: 'bench',
    image: { height, width, data: new Uint8Array(readFileSync(image)) },
    instances,
    ignored: [],
  };
}
