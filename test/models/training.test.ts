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

// As in torchvision: every anchor and every RoI is background, and what looks at the foreground is 0.
it.each(['fpn', 'c4'])('takes all of an image without objects for background: %s', (architecture) => {
  tf.tidy(() => {
    const network = referenceNetwork({ architecture, backbone: { name: 'attonet-d' } });
    const weights = referenceWeights(network.parameters);
    // Without weights in the last layers every logit is 0.
    for (const parameter of network.parameters) {
      if (!/cls_logits|cls_score/.test(parameter.name)) continue;
      weights.variable(parameter).assign(tf.zeros([...parameter.shape]));
    }
    const ops = new TensorOps(weights, new Tape());
    const seen: { matches: Int32Array; background: number; foreground: number }[] = [];
    const watched: Sampler = (matches, size) => {
      const sample = evenlySpacedSampler(matches, size);
      const { background, foreground } = sample;
      seen.push({ matches, background: background.length, foreground: foreground.length });
      return sample;
    };
    const empty = { image: image('empty', 64, 64), objects: [], ignored: new Float32Array() };
    const losses = trainingLosses(network, ops, [empty, empty], {
      shorterSide: 64,
      longerSide: 64,
      samplers: { anchors: () => watched, rois: () => watched },
    });
    // Of two images the anchors, then of both the RoIs.
    expect(seen).toHaveLength(4);
    for (const { matches, background, foreground } of seen) {
      expect(matches.every((match) => match === -1)).toBe(true);
      expect(foreground).toBe(0);
      expect(background).toBeGreaterThan(0);
    }
    const values = Object.fromEntries(
      Object.entries(losses).map(([name, loss]) => [name, loss.dataSync()[0]]),
    );
    expect(values.rpnObjectness).toBeCloseTo(Math.log(2), 5);
    expect(values.classifier).toBeCloseTo(Math.log(21), 5);
    expect([values.rpnBox, values.box, values.mask]).toEqual([0, 0, 0]);
    ops.dispose();
    weights.dispose();
  });
});
