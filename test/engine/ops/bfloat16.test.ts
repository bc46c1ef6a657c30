import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { execute, flag } from '../../../src/engine/kernels.js';
import { loadEngine } from '../../../src/engine/load.js';
import { activationRange } from '../../../src/engine/ops/activation.js';
import { matrixProduct, productAndEpilogue } from '../../../src/engine/ops/matrix-product.js';
import { roundsToBfloat16 } from '../../../src/engine/ops/own-kernels.js';
import { tf } from '../../../src/engine/tf.js';
import { random, relativeDifference } from '../../support/gradients.js';

await loadEngine({ threads: 2, precision: 'bf16' });

/** Each value rounded to the nearest of 8 significant bits, to the even one of two. */
function rounded(x: Tensor): Tensor {
  const values = Float32Array.from(x.dataSync());
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) & 0xffff0000;
  return tf.tensor(values, x.shape);
}

const shapes = [
  [16, 16, 16],
  [17, 19, 33],
  [203, 131, 467],
  [81, 4097, 65],
  [500, 2049, 70],
];

describe.runIf(roundsToBfloat16())('products in bfloat16', () => {
  for (const [rows, depth, columns] of shapes) {
    const size = `${rows} rows, ${depth} to ${columns} columns`;

    it(`${size}: that of the rounded factors, whichever is transposed`, () => {
      for (const transposed of ['none', 'first', 'second'] as const) {
        const a = random(transposed === 'first' ? [depth, rows] : [rows, depth], 1);
        const b = random(transposed === 'second' ? [columns, depth] : [depth, columns], 2);
        const y = matrixProduct(a, b, transposed, [rows, columns]);
        const exact = tf.matMul(rounded(a), rounded(b), transposed === 'first', transposed === 'second');
        expect(y.shape).toEqual([rows, columns]);
        expect(relativeDifference(y.dataSync(), exact.dataSync())).toBeLessThan(2e-6);
        const unrounded = tf.matMul(a, b, transposed === 'first', transposed === 'second');
        expect(relativeDifference(y.dataSync(), unrounded.dataSync())).toBeGreaterThan(5e-4);
      }
    });

    it(`${size}: bias, residual and ReLU`, () => {
      const [a, b] = [random([rows, depth], 1), random([depth, columns], 2)];
      const [bias, residual] = [random([columns], 3), random([rows, columns], 4)];
      const y = productAndEpilogue(a, b, { bias, residual, activation: 'relu' });
      const product = tf.matMul(rounded(a), rounded(b));
      const expected = tf.relu(tf.add(tf.add(product, bias), residual));
      expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
    });
  }

  it('takes images and 1×1 kernels, and keeps the shape that a kernel’s gradient is to have', () => {
    const [x, kernel] = [random([2, 3, 5, 24], 1), random([1, 1, 24, 48], 2)];
    const y = productAndEpilogue(x, kernel, {});
    expect(y.shape).toEqual([2, 3, 5, 48]);
    expect(matrixProduct(x, y, 'first', [1, 1, 24, 48]).shape).toEqual([1, 1, 24, 48]);
    expect(matrixProduct(y, kernel, 'second', [2, 3, 5, 24]).shape).toEqual([2, 3, 5, 24]);
  });

  it('passes NaN and infinity on', () => {
    const a = random([16, 16], 1).dataSync();
    a[3] = Number.NaN;
    a[16] = Number.POSITIVE_INFINITY;
    const ones = tf.ones([16, 16]);
    const y = productAndEpilogue(tf.tensor(a, [16, 16]), ones, { activation: 'relu' }).dataSync();
    expect(y[0]).toBeNaN();
    expect(y[16]).toBe(Number.POSITIVE_INFINITY);
    expect(y[32]).toBeGreaterThanOrEqual(0);
  });

  it('is the same bit for bit each time', () => {
    const [a, b] = [random([1000, 700], 1), random([700, 300], 2)];
    const once = matrixProduct(a, b, 'none', [1000, 300]).dataSync();
    for (let i = 0; i < 3; i++) expect(matrixProduct(a, b, 'none', [1000, 300]).dataSync()).toEqual(once);
  });

  it('leaves short sides to TensorFlow', () => {
    const [a, b] = [random([15, 64], 1), random([64, 64], 2)];
    const y = matrixProduct(a, b, 'none', [15, 64]);
    expect(y.shape).toEqual([15, 64]);
    expect(relativeDifference(y.dataSync(), tf.matMul(a, b).dataSync())).toBeLessThan(1e-2);
  });

  it('refuses what does not fit', () => {
    const run = (depth: number, bias: number) =>
      execute(
        'AttoBfloat16Product',
        { transpose_a: flag(false), transpose_b: flag(false), ...activationRange(undefined) },
        [random([4, 8], 1), random([depth, 32], 2), random([bias], 3), tf.tensor1d([])],
      );
    expect(() => run(9, 32)).toThrow('the same depth');
    expect(() => run(8, 31)).toThrow('bias');
  });
});
