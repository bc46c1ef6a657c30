import { availableParallelism } from 'node:os';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DetectionConfig } from '../../config/schema.js';
import { verifySplits } from '../../datasets/check.js';
import type { Dataset } from '../../datasets/dataset-format.js';
import { trainingLoader } from '../../datasets/loading/loader.js';
import { type Loader, samplesAhead } from '../../datasets/loading/read-ahead.js';
import type { Sample } from '../../datasets/sample.js';
import { randomSampler } from '../../geometry/matching.js';
import type { DetectionEvaluation } from '../../metrics/detection-evaluation.js';
import { buildMaskRcnn, type MaskRcnn } from '../../models/mask-rcnn.js';
import { type TrainingExample, trainingLosses } from '../../models/training.js';
import type { TensorOps } from '../../nn/tensor-ops.js';
import { randomStream } from '../../random.js';
import type { Learner } from '../../training/learner.js';
import type { TrainingSplits } from '../task.js';
import { evaluateDetector } from './evaluation.js';
import { shorterSideAt } from './multi-scale.js';

/** Learner of detection: finds objects with boxes and masks. */
export function detectionLearner(
  config: DetectionConfig,
  { train, validation }: TrainingSplits<Dataset>,
): Learner<Sample, DetectionEvaluation> {
  const { dataWorkers, input, seed, training } = config;
  const network = buildMaskRcnn(config.model, train.classes.length);
  // With what the check of the data settles.
  let settled = config;
  return {
    parameters: network.parameters,
    verify: async (job) => {
      const splits = [
        { name: 'train' as const, dataset: train },
        ...(validation ? [{ name: 'val' as const, dataset: validation }] : []),
      ];
      // Nothing else is done meanwhile.
      const workers = dataWorkers > 0 ? availableParallelism() : 0;
      const accepted = await verifySplits({ splits, workers, ...job }, seed);
      if (!accepted) return undefined;
      const { ids, notices, orientation } = accepted;
      if (orientation) settled = withOrientation(config, orientation);
      const { data } = settled;
      const openLoader = (start: number): Loader<Sample> =>
        trainingLoader({
          dataset: { ...train, data, ids },
          workers: dataWorkers,
          ahead: samplesAhead(training.batchSize * training.accumulate, dataWorkers),
          seed,
          start,
          horizontalFlip: input.horizontalFlip,
        });
      return { notices, size: `${ids.length} images`, openLoader, ...(orientation && { config: settled }) };
    },
    losses: (ops, samples, position) => detectionLosses({ network, ops, config }, samples, position),
    validate: async (weights, { signal, onProgress }) =>
      validation &&
      evaluateDetector(
        { network, weights, config },
        { ...validation, data: settled.data },
        {
          signal,
          onImage: (_image, done, total) => onProgress(done, total),
        },
      ),
    logged: ({ metrics: { AP_d, AP_m } }) => ({ AP_d, AP_m }),
    headline: 'AP_m',
  };
}

function withOrientation(config: DetectionConfig, orientation: 'stored'): DetectionConfig {
  const data = { ...config.data, orientation };
  return { ...config, data };
}

/** Network that learns, with the operations that record its forward pass. */
export interface LearningDetector {
  readonly network: MaskRcnn;
  readonly ops: TensorOps;
  readonly config: Pick<DetectionConfig, 'seed' | 'input'>;
}

/**
 * Losses of a batch of samples.
 *
 * @param position number of images that training has seen before the batch; with the seed it determines all random choices
 */
export function detectionLosses(
  { network, ops, config }: LearningDetector,
  samples: readonly Sample[],
  position: number,
): Readonly<Record<string, Tensor>> {
  const { seed, input } = config;
  return trainingLosses(network, ops, samples.map(exampleOf), {
    shorterSide: shorterSideAt(config, position),
    longerSide: input.longerSide,
    samplers: {
      anchors: (i) => randomSampler(randomStream(seed, 'anchors', position + i)),
      rois: (i) => randomSampler(randomStream(seed, 'rois', position + i)),
    },
  });
}

function exampleOf({ image, instances, ignored }: Sample): TrainingExample {
  const examples = instances.filter(({ crowd }) => !crowd);
  const others = [...ignored, ...instances.filter(({ crowd }) => crowd)];
  return {
    image,
    objects: examples,
    ignored: Float32Array.from(others.flatMap(({ box }) => [...box])),
  };
}
