import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { roundsToBfloat16 } from '../../../src/engine/backend.js';
import { loadEngine } from '../../../src/engine/load.js';
import { matmul, matmulWithEpilogue } from '../../../src/engine/ops/matmul.js';
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
  [256, 48, 256],
  [257, 49, 259],
  [270, 131, 467],
  [321, 4097, 300],
];

describe.runIf(roundsToBfloat16())('products in bfloat16', () => {
  it.each(shapes)(
    '%i rows, %i to %i columns: that of the rounded factors, whichever is transposed',
    (...sides) => {
      const [rows, depth, columns] = sides;
      for (const transposed of ['none', 'first', 'second'] as const) {
        const a = random(transposed === 'first' ? [depth, rows] : [rows, depth], 1);
        const b = random(transposed === 'second' ? [columns, depth] : [depth, columns], 2);
        const y = matmul(a, b, transposed, [rows, columns]);
        const exact = tf.matMul(rounded(a), rounded(b), transposed === 'first', transposed === 'second');
        expect(y.shape).toEqual([rows, columns]);
        expect(relativeDifference(y.dataSync(), exact.dataSync())).toBeLessThan(2e-6);
        const unrounded = tf.matMul(a, b, transposed === 'first', transposed === 'second');
        expect(relativeDifference(y.dataSync(), unrounded.dataSync())).toBeGreaterThan(5e-4);
      }
    },
  );

  it.each([...shapes, [50, 2049, 53]])('%i rows, %i to %i columns: bias, residual and ReLU', (...sides) => {
    const [rows, depth, columns] = sides;
    const [a, b] = [random([rows, depth], 1), random([depth, columns], 2)];
    const [bias, residual] = [random([columns], 3), random([rows, columns], 4)];
    const y = matmulWithEpilogue(a, b, { bias, residual, activation: 'relu' });
    const product = tf.matMul(rounded(a), rounded(b));
    const expected = tf.relu(tf.add(tf.add(product, bias), residual));
    expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
  });

  it('takes images and 1×1 kernels, and keeps the shape that a kernel’s gradient is to have', () => {
    const [x, kernel] = [random([2, 5, 7, 256], 1), random([1, 1, 256, 264], 2)];
    const y = matmulWithEpilogue(x, kernel, {});
    expect(y.shape).toEqual([2, 5, 7, 264]);
    expect(matmul(x, y, 'first', [1, 1, 256, 264]).shape).toEqual([1, 1, 256, 264]);
    expect(matmul(y, kernel, 'second', [2, 5, 7, 256]).shape).toEqual([2, 5, 7, 256]);
  });

  it('passes NaN and infinity on', () => {
    const a = random([48, 48], 1).dataSync();
    a[3] = Number.NaN;
    a[48] = Number.POSITIVE_INFINITY;
    const ones = tf.ones([48, 48]);
    const y = matmulWithEpilogue(tf.tensor(a, [48, 48]), ones, { activation: 'relu' }).dataSync();
    expect(y[0]).toBeNaN();
    expect(y[48]).toBe(Number.POSITIVE_INFINITY);
    expect(y[96]).toBeGreaterThanOrEqual(0);
    expect(y[96]).toBeLessThan(100);
  });

  it('is the same bit for bit each time', () => {
    const [a, b] = [random([1000, 700], 1), random([700, 300], 2)];
    const once = matmul(a, b, 'none', [1000, 300]).dataSync();
    for (let i = 0; i < 3; i++) expect(matmul(a, b, 'none', [1000, 300]).dataSync()).toEqual(once);
  });

  it('leaves short sides to TensorFlow', () => {
    const [a, b] = [random([47, 64], 1), random([64, 64], 2)];
    const y = matmul(a, b, 'none', [47, 64]);
    expect(y.shape).toEqual([47, 64]);
    expect(relativeDifference(y.dataSync(), tf.matMul(a, b).dataSync())).toBeLessThan(1e-2);
  });
});
