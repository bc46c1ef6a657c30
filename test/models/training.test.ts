import { beforeAll, expect, it } from 'vitest';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import type { Sampler } from '../../src/geometry/matching.js';
import { trainingLosses } from '../../src/models/training.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { useEngine } from '../support/engine.js';
import { evenlySpacedSampler, image } from '../support/reference.js';
import { referenceNetwork } from '../support/reference-detector.js';
import { referenceWeights } from '../support/reference-weights.js';

beforeAll(async () => {
  await useEngine();
});

const none: Sampler = () => ({ foreground: new Int32Array(), background: new Int32Array() });

it.each(['fpn', 'c4'])(
  'has losses of the heads that are 0 where there is no RoI to look at: %s',
  (architecture) => {
    tf.tidy(() => {
      const network = referenceNetwork({ architecture, backbone: { name: 'attonet-d' } });
      const weights = referenceWeights(network.parameters);
      const ops = new TensorOps(weights, new Tape());
      const examples = [{ image: image('empty', 64, 64), objects: [], ignored: new Float32Array() }];
      const losses = trainingLosses(network, ops, examples, {
        shorterSide: 64,
        longerSide: 64,
        samplers: { anchors: () => evenlySpacedSampler, rois: () => none },
      });
      expect(losses.rpnObjectness.dataSync()[0]).toBeGreaterThan(0);
      for (const name of ['rpnBox', 'classifier', 'box', 'mask'] as const)
        expect(losses[name].dataSync()[0]).toBe(0);
      ops.dispose();
      weights.dispose();
    });
  },
);
