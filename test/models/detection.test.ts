import { beforeAll, describe, expect, it } from 'vitest';
import { maskArea } from '../../src/geometry/run-length-mask.js';
import { detectObjects } from '../../src/models/detection.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { useEngine } from '../support/engine.js';
import { image, largestDifference } from '../support/reference.js';
import { input, referenceNetwork } from '../support/reference-detector.js';
import { referenceWeights } from '../support/reference-weights.js';

beforeAll(async () => {
  await useEngine();
});

const box = { detectionsPerImage: 20 };

describe.each([
  {
    architecture: 'fpn',
    fpn: { channels: 24 },
    box: { ...box, representation: 32 },
    mask: { channels: 16, layers: 2 },
  },
  { architecture: 'c4', box, mask: { channels: 16 } },
])('detectObjects: $architecture', (model) => {
  it('finds the same in a batch as in each image alone where the padded sizes agree', () => {
    const network = referenceNetwork({ ...model, backbone: { name: 'attonet-d', norm: 'affine' } });
    const weights = referenceWeights(network.parameters);
    const ops = new TensorOps(weights);
    // 160×213, 160×209 and 160×223 in the network's input: each is padded to 160×224.
    const images = [image('batch/0', 120, 160), image('batch/1', 130, 170), image('batch/2', 188, 263)];
    const together = detectObjects(network, ops, images, input);
    const alone = images.map((one) => detectObjects(network, ops, [one], input)[0]);
    for (const [i, expected] of alone.entries()) {
      const found = together[i];
      expect(expected.length).toBeGreaterThan(5);
      expect(found.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
      // A convolution over more images may add up in another order.
      const scores = largestDifference(
        found.map(({ score }) => score),
        expected.map(({ score }) => score),
      );
      expect(scores).toBeLessThan(1e-5);
      for (const [k, { box, mask }] of expected.entries()) {
        expect(largestDifference(found[k].box, box)).toBeLessThan(1e-3);
        expect(found[k].mask).toMatchObject({ height: images[i].height, width: images[i].width });
        expect(Math.abs(maskArea(found[k].mask) - maskArea(mask))).toBeLessThan(3);
      }
    }
    ops.dispose();
    weights.dispose();
  });
});
