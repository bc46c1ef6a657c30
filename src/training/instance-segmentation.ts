import type { Tensor } from '@tensorflow/tfjs-core';
import type { DetectionConfig } from '../config/schema.js';
import type { Sample } from '../datasets/sample.js';
import { decodeMask } from '../geometry/run-length-mask.js';
import type { MaskRcnn } from '../models/mask-rcnn.js';
import { type TrainingExample, trainingLosses } from '../models/training.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { randomStream } from '../random.js';
import { randomSampler } from '../rpn/sampling.js';
import { shorterSideAt } from './multi-scale.js';

/**
 * The losses of a batch of samples.
 *
 * @param position how many images training has seen before the batch; with the seed it determines all random choices
 */
export function batchLosses(
  network: MaskRcnn,
  ops: TensorOps,
  samples: readonly Sample[],
  config: DetectionConfig,
  position: number,
): Readonly<Record<string, Tensor>> {
  const { seed, input } = config;
  return trainingLosses(
    network,
    ops,
    samples.map(exampleOf),
    { shorterSide: shorterSideAt(config, position), longerSide: input.longerSide },
    {
      anchors: (i) => randomSampler(randomStream(seed, 'anchors', position + i)),
      rois: (i) => randomSampler(randomStream(seed, 'rois', position + i)),
    },
  );
}

function exampleOf({ image, instances, ignored }: Sample): TrainingExample {
  const examples = instances.filter(({ crowd }) => !crowd);
  const others = [...ignored, ...instances.filter(({ crowd }) => crowd)];
  return {
    image,
    objects: examples.map(({ box, label, mask }) => ({
      box,
      label,
      mask: { height: mask.height, width: mask.width, bitmap: decodeMask(mask) },
    })),
    ignored: Float32Array.from(others.flatMap(({ box }) => [...box])),
  };
}
