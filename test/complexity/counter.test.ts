import { describe, expect, it } from 'vitest';
import { ComplexityCounter } from '../../src/complexity/counter.js';
import { zeros } from '../../src/nn/initializers.js';
import {
  convolutionLayer,
  linearLayer,
  type NormSettings,
  normedConvolutionLayer,
  normedDepthwiseLayer,
  transposedConvolutionLayer,
} from '../../src/nn/layers.js';
import { rootScope } from '../../src/nn/parameter.js';

const norm = (mode: NormSettings['mode']): NormSettings => ({ mode, epsilon: 1e-5, momentum: 0.1 });
const scopes = () => {
  const { scope } = rootScope();
  return { scope, convolution: scope.child('conv'), norm: scope.child('bn') };
};
const image = [2, 10, 13, 3];

describe('ComplexityCounter', () => {
  it('counts the products at each place of a window, and the bias as parameters', () => {
    const layer = convolutionLayer(scopes().scope, {
      in: 3,
      out: 5,
      kernel: 3,
      stride: 2,
      initializer: zeros,
    });
    const counter = new ComplexityCounter();
    expect(counter.count('stem', (ops) => ops.convolution(layer, image))).toEqual([2, 5, 7, 5]);
    const weights = 3 * 3 * 3 * 5;
    expect(counter.complexity()).toEqual({
      parameters: weights + 5,
      multiplyAdds: 2 * 5 * 7 * weights,
      parts: [{ name: 'stem', parameters: weights + 5, multiplyAdds: 2 * 5 * 7 * weights }],
    });
  });

  it('counts the scale and shift of a norm unless it is frozen, and never its statistics', () => {
    const parameters = (mode: NormSettings['mode']): number => {
      const layer = normedConvolutionLayer(
        scopes(),
        { in: 3, out: 5, kernel: 1, initializer: zeros },
        norm(mode),
      );
      const counter = new ComplexityCounter();
      counter.count('stem', (ops) => ops.convolution(layer, image));
      return counter.complexity().parameters;
    };
    expect([parameters('batch'), parameters('affine'), parameters('frozen')]).toEqual([25, 25, 15]);
  });

  it('takes one channel at a time in a depthwise convolution', () => {
    const layer = normedDepthwiseLayer(
      scopes(),
      { in: 3, out: 12, kernel: 3, initializer: zeros },
      norm('frozen'),
    );
    const counter = new ComplexityCounter();
    expect(counter.count('groups', (ops) => ops.convolution(layer, image))).toEqual([2, 10, 13, 12]);
    expect(counter.complexity().multiplyAdds).toBe(2 * 10 * 13 * 9 * 12);
  });

  it("takes each pixel of a transposed convolution's input once", () => {
    const layer = transposedConvolutionLayer(scopes().scope, {
      in: 3,
      out: 5,
      kernel: 2,
      initializer: zeros,
    });
    const counter = new ComplexityCounter();
    expect(counter.count('masks', (ops) => ops.convolution(layer, image))).toEqual([2, 20, 26, 5]);
    expect(counter.complexity().multiplyAdds).toBe(2 * 10 * 13 * 4 * 3 * 5);
  });

  it('counts fully connected layers, and nothing for pooling', () => {
    const { scope } = rootScope();
    const sizes = { in: 3, out: 7, initializer: zeros, biasInitializer: zeros };
    const pooled = linearLayer(scope.child('pooled'), sizes);
    const flat = linearLayer(scope.child('flat'), { ...sizes, in: 5 * 7 * 3 });
    const counter = new ComplexityCounter();
    counter.count('classifier', (ops) => ops.linear(pooled, ops.globalAveragePool(image)));
    counter.count('box head', (ops) =>
      ops.linear(flat, ops.flatten(ops.maxPool(image, 3, { stride: 2, padding: 1 }))),
    );
    expect(counter.complexity().parts).toEqual([
      { name: 'classifier', parameters: 28, multiplyAdds: 2 * 21 },
      { name: 'box head', parameters: 5 * 7 * 3 * 7 + 7, multiplyAdds: 2 * 5 * 7 * 3 * 7 },
    ]);
  });

  it('counts what two parts share in the first of them, its products in both', () => {
    const layer = convolutionLayer(scopes().scope, { in: 3, out: 5, kernel: 1, initializer: zeros });
    const counter = new ComplexityCounter();
    for (const name of ['box head', 'mask head']) counter.count(name, (ops) => ops.convolution(layer, image));
    expect(counter.complexity().parts).toEqual([
      { name: 'box head', parameters: 20, multiplyAdds: 260 * 15 },
      { name: 'mask head', parameters: 0, multiplyAdds: 260 * 15 },
    ]);
  });

  it('leaves out a part without layers', () => {
    const counter = new ComplexityCounter();
    expect(counter.count('neck', (ops) => ops.globalAveragePool(image))).toEqual([2, 3]);
    expect(counter.complexity().parts).toEqual([]);
  });

  it('refuses shapes that cannot be computed with', () => {
    const layer = convolutionLayer(scopes().scope, { in: 4, out: 5, kernel: 1, initializer: zeros });
    const counter = new ComplexityCounter();
    expect(() => counter.count('stem', (ops) => ops.convolution(layer, image))).toThrow('takes 4 channels');
    const sum = convolutionLayer(scopes().scope, { in: 3, out: 5, kernel: 1, initializer: zeros });
    expect(() => counter.count('stem', (ops) => ops.convolution(sum, image, image))).toThrow('2×10×13×5');
  });
});
