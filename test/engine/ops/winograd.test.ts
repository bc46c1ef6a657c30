import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convolution } from '../../../src/engine/ops/convolution.js';
import {
  winogradConvolution,
  winogradFits,
  winogradKernelGradient,
  winogradPays,
} from '../../../src/engine/ops/winograd.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random, relativeDifference } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

const same = (x: Tensor, kernel: Tensor): Tensor => tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'same');

type Shape = readonly [height: number, width: number, input: number, output: number];

/** A 3×3 convolution of one image with a border of one zero, `[height, width, output]`. */
function inDoublePrecision(
  x: ArrayLike<number>,
  kernel: ArrayLike<number>,
  [height, width, input, output]: Shape,
): Float64Array {
  const y = new Float64Array(height * width * output);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(pixel / width) + Math.floor(tap / 3) - 1;
      const column = (pixel % width) + (tap % 3) - 1;
      if (row < 0 || column < 0 || row >= height || column >= width) continue;
      for (let i = 0; i < input; i++) {
        const value = x[(row * width + column) * input + i];
        for (let o = 0; o < output; o++)
          y[pixel * output + o] += value * kernel[(tap * input + i) * output + o];
      }
    }
  }
  return y;
}

describe('winogradConvolution', () => {
  for (const [n, h, w, input, output] of [
    [1, 4, 4, 16, 16],
    [1, 1, 2, 16, 48],
    [2, 9, 7, 32, 16],
    [3, 21, 18, 48, 80],
    [1, 13, 40, 128, 192],
  ]) {
    const name = `${n}×${h}×${w}, ${input} to ${output} channels`;

    it(`${name}: convolution, bias, residual and ReLU`, () => {
      const [x, kernel] = [random([n, h, w, input], 1), random([3, 3, input, output], 2)];
      const [bias, residual] = [random([output], 3), random([n, h, w, output], 4)];
      const y = winogradConvolution(x, kernel, 'forward', { bias, residual, activation: 'relu' });
      const expected = tf.relu(tf.add(tf.add(same(x, kernel), bias), residual));
      expect(y.shape).toEqual(expected.shape);
      expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
    });

    it(`${name}: the gradient of the input`, () => {
      const [x, kernel, slopes] = [
        random([n, h, w, input], 1),
        random([3, 3, input, output], 2),
        random([n, h, w, output], 3),
      ];
      const gradient = winogradConvolution(slopes, kernel, 'input-gradient');
      const expected = tf.grad((image) => tf.sum(tf.mul(same(image, kernel), slopes)))(x);
      expect(gradient.shape).toEqual(x.shape);
      expect(relativeDifference(gradient.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
    });

    it(`${name}: the gradient of the kernel`, () => {
      const [x, kernel, slopes] = [
        random([n, h, w, input], 1),
        random([3, 3, input, output], 2),
        random([n, h, w, output], 3),
      ];
      const gradient = winogradKernelGradient(slopes, x);
      const expected = tf.grad((weights) => tf.sum(tf.mul(same(x, weights), slopes)))(kernel);
      expect(gradient.shape).toEqual(kernel.shape);
      expect(relativeDifference(gradient.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
    });
  }

  it('clips at 6 with relu6', () => {
    const [x, kernel] = [random([1, 8, 8, 16], 1), random([3, 3, 16, 16], 2)];
    const y = winogradConvolution(x, kernel, 'forward', { activation: 'relu6' });
    const expected = tf.relu6(same(x, kernel));
    expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
  });

  it('lets NaN through a ReLU', () => {
    const x = tf.fill([1, 4, 4, 16], Number.NaN);
    const y = winogradConvolution(x, random([3, 3, 16, 16], 1), 'forward', { activation: 'relu' });
    expect([...y.dataSync()].every(Number.isNaN)).toBe(true);
  });

  it('rounds about as little away as a direct convolution, by which it is 6e-7', () => {
    const shape: Shape = [20, 20, 256, 32];
    const [height, width, input, output] = shape;
    const [x, kernel] = [tf.relu(random([1, height, width, input], 1)), random([3, 3, input, output], 2)];
    const exact = inDoublePrecision(x.dataSync(), kernel.dataSync(), shape);
    expect(relativeDifference(winogradConvolution(x, kernel, 'forward').dataSync(), exact)).toBeLessThan(
      1e-6,
    );
  });

  it('gives the same values each time', () => {
    const [x, kernel] = [random([1, 60, 61, 32], 1), random([3, 3, 32, 32], 2)];
    const bytes = (): Buffer => Buffer.from(winogradConvolution(x, kernel, 'forward').dataSync().buffer);
    const first = bytes();
    for (let i = 0; i < 5; i++) expect(bytes().equals(first)).toBe(true);
  });
});

describe("convolution by Winograd's algorithm", () => {
  it('is taken where there are many tiles, and has the gradients', () => {
    const [x, kernel] = [random([2, 40, 37, 16], 1), random([3, 3, 16, 32], 2, 0.1)];
    expect(winogradFits(kernel.shape) && winogradPays(x.shape)).toBe(true);
    expectGradients(
      (tape, [image, weights, bias, residual]) =>
        convolution(tape, image, weights, { stride: 1, padding: 1 }, { bias, residual, activation: 'relu' }),
      [x, kernel, random([32], 3), random([2, 40, 37, 32], 4)],
      { step: 1e-4, composite: (i, k, b, r) => tf.relu(tf.add(tf.add(same(i, k), b), r)) },
    );
  });
});
