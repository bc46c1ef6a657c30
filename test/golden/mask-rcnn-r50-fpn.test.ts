import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.js';
import { transformImages } from '../../src/models/transform.js';
import { isCounted, parameterSize } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Sgd } from '../../src/training/sgd.js';
import { useEngine } from '../support/engine.js';
import { relativeDifference } from '../support/gradients.js';
import { channelsFirst, type Golden, largestDifference, readGolden } from '../support/reference.js';
import {
  expectDetections,
  expectLossesAndGradients,
  images,
  input,
  lossPairs,
  referenceNetwork,
  trainingPass,
} from '../support/reference-detector.js';
import { referenceWeights } from '../support/reference-weights.js';

/** The whole of torchvision's maskrcnn_resnet50_fpn, on the numbers of scripts/golden/models.py. */

let golden: (name: string) => Golden;
beforeAll(async () => {
  await useEngine();
  golden = await readGolden('mask-rcnn-r50-fpn');
});

const network = referenceNetwork({
  backbone: { name: 'resnet50', norm: 'frozen', trainableStages: 3 },
  rpn: { preNmsTopK: { train: 200, test: 200 }, postNmsTopK: { train: 100, test: 100 } },
  box: { detectionsPerImage: 20 },
});

describe('Mask R-CNN with ResNet-50 and FPN', () => {
  it('has as many parameters', () => {
    const count = network.parameters
      .filter(isCounted)
      .reduce((sum, parameter) => sum + parameterSize(parameter), 0);
    expect(count).toBe(44_024_653);
  });

  it("has torchvision's features", () => {
    const weights = referenceWeights(network.parameters);
    const ops = new TensorOps(weights);
    const batch = transformImages(images, input);
    const features = network.backbone(ops, batch.images);
    for (const [i, feature] of features.entries()) {
      const [n, h, w, c] = feature.shape;
      const sparse = tf.stridedSlice(feature, [0, 0, 0, 0], [n, h, w, c], [1, 4, 4, 16]);
      const expected = golden(`features.C${i + 2}`).data;
      expect(relativeDifference(channelsFirst(sparse), expected), `C${i + 2}`).toBeLessThan(1e-5);
      expect(largestDifference(channelsFirst(sparse), expected), `C${i + 2}`).toBeLessThan(1e-4);
    }
    ops.dispose();
    weights.dispose();
  });

  it("finds torchvision's objects", () => expectDetections(network, golden));

  it("has torchvision's losses and gradients", () => expectLossesAndGradients(network, golden));

  it("takes torchvision's steps", () => {
    const weights = referenceWeights(network.parameters);
    const sgd = new Sgd(weights, { momentum: 0.9, weightDecay: 1e-4, decayBiasesAndNorms: true });
    const history = golden('sgd.losses');
    for (let step = 0; step < history.shape[0]; step++) {
      tf.tidy(() => {
        const { losses, gradients } = trainingPass(network, weights);
        const expected = history.data.subarray(5 * step, 5 * step + 5);
        for (const [i, [name]] of lossPairs.entries()) {
          expect(Math.abs(losses[i] / expected[i] - 1), `step ${step}, ${name}`).toBeLessThan(1e-3);
        }
        sgd.step(
          new Map(
            network.parameters
              .filter(({ trainable }) => trainable)
              .map((parameter) => [
                parameter,
                gradients.get(parameter.name) ?? tf.zeros([...parameter.shape]),
              ]),
          ),
          0.002,
        );
      });
    }
    sgd.dispose();
    weights.dispose();
  });
});
