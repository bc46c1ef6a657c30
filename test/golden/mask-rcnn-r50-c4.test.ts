import { beforeAll, describe, it } from 'vitest';
import { useEngine } from '../support/engine.js';
import { type Golden, readGolden } from '../support/reference.js';
import {
  expectDetections,
  expectLossesAndGradients,
  referenceNetwork,
} from '../support/reference-detector.js';

/** Mask R-CNN on C4, put together from torchvision's parts, on the numbers of scripts/golden/models.py. */

let golden: (name: string) => Golden;
beforeAll(async () => {
  await useEngine();
  golden = await readGolden('mask-rcnn-r50-c4');
});

const network = referenceNetwork({
  architecture: 'c4',
  backbone: { name: 'resnet50', norm: 'frozen', trainableStages: 3 },
  rpn: { preNmsTopK: { train: 200, test: 200 }, postNmsTopK: { train: 40, test: 40 } },
  box: { detectionsPerImage: 20 },
});

describe('Mask R-CNN with ResNet-50-C4', () => {
  it("finds torchvision's objects", () => expectDetections(network, golden));

  it("has torchvision's losses and gradients", () => expectLossesAndGradients(network, golden));
});
