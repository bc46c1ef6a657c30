import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.js';
import { maskArea } from '../../src/geometry/run-length-mask.js';
import { detectObjects } from '../../src/models/detection.js';
import type { MaskRcnn } from '../../src/models/mask-rcnn.js';
import { type Parameter, parameterSize } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { useEngine } from '../support/engine.js';
import { relativeDifference } from '../support/gradients.js';
import { largestDifference } from '../support/reference.js';
import { images, input, referenceNetwork, trainingPass } from '../support/reference-detector.js';
import { referenceWeights } from '../support/reference-weights.js';

/**
 * A separable convolution is a standard one whose kernel is the product of its two, K[y, x, c, o] = D[y, x, c] · P[c, o]:
 * the detector of the golden numbers' kind, with such kernels, must say the same, and by the chain rule its gradients say
 * what those of D and P are.
 */

beforeAll(async () => {
  await useEngine();
});

const model = (headConvolution: string) => ({
  backbone: { name: 'attonet-d', norm: 'affine' },
  headConvolution,
  fpn: { channels: 24 },
  rpn: { preNmsTopK: { train: 100, test: 100 }, postNmsTopK: { train: 50, test: 50 } },
  box: { representation: 32, detectionsPerImage: 20 },
  mask: { channels: 16, layers: 2 },
});
const separable = referenceNetwork(model('separable'));
const standard = referenceNetwork(model('standard'));
const named = ({ parameters }: MaskRcnn) => new Map(parameters.map((each) => [each.name, each]));
const [inSeparable, inStandard] = [named(separable), named(standard)];
/** What the separable convolutions are called, as standard ones. */
const replaced = [...inSeparable.keys()].flatMap((name) =>
  name.endsWith('.depthwise.weight') ? [name.replace('.depthwise.weight', '')] : [],
);

function parameter(of: ReadonlyMap<string, Parameter>, name: string): Parameter {
  const found = of.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** The standard network's weights that stand for the separable one's. */
function standing(weights: Weights): Weights {
  const result = new Weights(standard.parameters, 1);
  const value = (name: string): Tensor => weights.variable(parameter(inSeparable, name)).read();
  for (const each of standard.parameters) {
    const convolution = each.name.replace(/\.(weight|bias)$/, '');
    const values = tf.tidy(() => {
      if (!replaced.includes(convolution)) return value(each.name);
      if (each.name.endsWith('bias')) return value(`${convolution}.pointwise.bias`);
      return tf.mul(value(`${convolution}.depthwise.weight`), value(`${convolution}.pointwise.weight`));
    });
    result.variable(each).assign(values);
    values.dispose();
  }
  return result;
}

describe('separable head convolutions', () => {
  it('stand in for all 3×3 convolutions behind the backbone, under names of their own', () => {
    const levels = [0, 1, 2, 3].map((i) => `backbone.fpn.layer_blocks.${i}.0`);
    const others = ['rpn.head.conv.0.0', 'roi_heads.mask_head.0.0', 'roi_heads.mask_head.1.0'];
    expect(replaced).toEqual([...levels, ...others]);
    const shape = (name: string) => inSeparable.get(name)?.shape;
    expect(shape('roi_heads.mask_head.0.0.depthwise.weight')).toEqual([3, 3, 24, 1]);
    expect(shape('roi_heads.mask_head.0.0.pointwise.weight')).toEqual([1, 1, 24, 16]);
    expect(shape('roi_heads.mask_head.0.0.pointwise.bias')).toEqual([16]);
    const unlike = [...inSeparable.keys()].filter((name) => !inStandard.has(name));
    expect(unlike).toHaveLength(3 * replaced.length);
  });

  it("have the standard ones' losses and gradients", () => {
    const weights = referenceWeights(separable.parameters);
    const product = standing(weights);
    tf.tidy(() => {
      const found = trainingPass(separable, weights);
      const expected = trainingPass(standard, product);
      for (const [i, loss] of found.losses.entries()) {
        expect(expected.losses[i]).toBeGreaterThan(0);
        expect(Math.abs(loss / expected.losses[i] - 1)).toBeLessThan(1e-5);
      }
      const compare = (name: string, gradient: Tensor): void => {
        const values = found.gradients.get(name);
        expect(values?.shape, name).toEqual(gradient.shape);
        expect(tf.norm(gradient).dataSync()[0], name).toBeGreaterThan(0);
        expect(relativeDifference(values?.dataSync() ?? [], gradient.dataSync()), name).toBeLessThan(1e-3);
      };
      for (const [name, gradient] of expected.gradients) {
        const convolution = name.replace(/\.(weight|bias)$/, '');
        if (!replaced.includes(convolution)) compare(name, gradient);
        else if (name.endsWith('bias')) compare(`${convolution}.pointwise.bias`, gradient);
        else {
          const value = (part: string): Tensor =>
            weights.variable(parameter(inSeparable, `${convolution}.${part}.weight`)).read();
          const [depthwise, pointwise] = [value('depthwise'), value('pointwise')];
          compare(`${convolution}.depthwise.weight`, tf.sum(tf.mul(gradient, pointwise), 3, true));
          compare(`${convolution}.pointwise.weight`, tf.sum(tf.mul(gradient, depthwise), [0, 1], true));
        }
      }
    });
    product.dispose();
    weights.dispose();
  });

  it("find the standard ones' objects", () => {
    const weights = referenceWeights(separable.parameters);
    const product = standing(weights);
    const detections = (network: MaskRcnn, values: Weights) => {
      const ops = new TensorOps(values);
      const found = detectObjects(network, ops, images, input);
      ops.dispose();
      return found;
    };
    const found = detections(separable, weights);
    for (const [i, expected] of detections(standard, product).entries()) {
      expect(expected.length).toBeGreaterThan(5);
      expect(found[i].map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
      for (const [k, { box, score, mask }] of expected.entries()) {
        expect(Math.abs(found[i][k].score - score)).toBeLessThan(1e-5);
        expect(largestDifference(found[i][k].box, box)).toBeLessThan(1e-2);
        expect(Math.abs(maskArea(found[i][k].mask) - maskArea(mask))).toBeLessThan(3);
      }
    }
    product.dispose();
    weights.dispose();
  });

  it('start out as large as standard ones', () => {
    const wide = (headConvolution: string) =>
      referenceNetwork({ headConvolution, fpn: { channels: 128 }, mask: { layers: 1, channels: 128 } });
    const deviations = ({ parameters }: MaskRcnn, convolution: string): number => {
      const weights = new Weights(
        parameters.filter(({ name }) => name.startsWith(convolution)),
        3,
      );
      // The mean square of what comes of white noise is that of the kernel, or of the product of kernels.
      const kernels = weights.parameters.filter(({ name }) => name.endsWith('weight'));
      const square = tf.tidy(() => {
        const values = kernels.map((each) => weights.variable(each).read());
        const kernel = values.length === 1 ? values[0] : tf.mul(values[0], values[1]);
        expect(kernel.shape).toEqual([3, 3, 128, 128]);
        return tf.mean(tf.square(kernel)).dataSync()[0];
      });
      weights.dispose();
      return Math.sqrt(square);
    };
    for (const name of ['backbone.fpn.layer_blocks.0.0', 'rpn.head.conv.0.0', 'roi_heads.mask_head.0.0']) {
      const ratio = deviations(wide('separable'), name) / deviations(wide('standard'), name);
      expect(Math.abs(ratio - 1), name).toBeLessThan(0.05);
    }
  });
});

it('has no separable convolutions on C4', () => {
  expect(() => referenceNetwork({ architecture: 'c4', headConvolution: 'separable' })).toThrow(
    /headConvolution/,
  );
});

it('saves most parameters of the heads', () => {
  const size = ({ parameters }: MaskRcnn) => parameters.reduce((sum, each) => sum + parameterSize(each), 0);
  // 9 · C² by 9 · C + C², of each convolution.
  const saved =
    5 * (9 * 24 * 24 - 9 * 24 - 24 * 24) + (9 - 1) * 24 * 16 - 9 * 24 + (9 - 1) * 16 * 16 - 9 * 16;
  expect(size(standard) - size(separable)).toBe(saved);
});
