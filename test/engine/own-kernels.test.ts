import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { roundsToBfloat16 } from '../../src/engine/backend.js';
import { requireEngine } from '../../src/engine/install/locate.js';
import { type Attributes, executeMultiple, flag, float, int } from '../../src/engine/kernels.js';
import { loadEngine } from '../../src/engine/load.js';
import { registerOwnKernels } from '../../src/engine/own-kernels.js';
import { tf } from '../../src/engine/tf.js';
import { UserError } from '../../src/errors.js';

beforeAll(() => loadEngine({ threads: 2, precision: 'bf16' }));

const ones = (...shape: number[]): Tensor => tf.ones(shape);
const none = (): Tensor => tf.tensor1d([]);
const range = { low: float(Number.NEGATIVE_INFINITY), high: float(Number.POSITIVE_INFINITY) };

function run(op: string, attributes: Attributes, inputs: readonly Tensor[], outputs = 1): Tensor[] {
  return executeMultiple(op, attributes, inputs, outputs);
}

describe('registerOwnKernels', () => {
  const kernels = (): string => requireEngine().kernels ?? '';

  it('gives what the engine uses, as often as it is asked for the same', async () => {
    const { instructions } = await loadEngine();
    expect(registerOwnKernels(kernels(), 2).instructions).toBe(instructions);
    expect(registerOwnKernels(kernels(), 2, instructions ?? '').instructions).toBe(instructions);
  });

  it('names those that there are when asked for another instruction set', () => {
    const ask = (): unknown => registerOwnKernels(kernels(), 2, 'sse9');
    expect(ask).toThrow(UserError);
    expect(ask).toThrow(/^ATTO_INSTRUCTIONS is "sse9"; on this processor it can be (\w+, )*plain\.$/);
  });

  it('keeps threads and instruction set', () => {
    expect(() => registerOwnKernels(kernels(), 3)).toThrow('registered with other threads or instructions');
  });
});

describe('our own kernels', () => {
  const matmul = (a: Tensor, b: Tensor, bias = none(), residual = none()) =>
    run('AttoMatmul', range, [a, b, bias, residual]);
  const depthwise = (x: Tensor, kernel: Tensor, { bias = none(), stride = 1, padding = 0 } = {}) =>
    run('AttoDepthwiseConvolution', { stride: int(stride), padding: int(padding), ...range }, [
      x,
      kernel,
      bias,
    ]);
  const winograd = (
    x: Tensor,
    kernel: Tensor,
    { bias = none(), residual = none(), transposed = false } = {},
  ) =>
    run('AttoWinogradConvolution', { transposed: flag(transposed), ...range }, [x, kernel, bias, residual]);
  const winogradGradient = (x: Tensor, gradient: Tensor) =>
    run('AttoWinogradKernelGradient', {}, [x, gradient]);
  const norm = (x: Tensor, scale = ones(2), residual = none()) =>
    run(
      'AttoBatchNorm',
      { epsilon: float(1e-3), momentum: float(0.1), ...range },
      [x, scale, ones(2), ones(2), ones(2), residual],
      5,
    );
  const normGradient = (gradient: Tensor, x: Tensor, mean = ones(2)) =>
    run(
      'AttoBatchNormGradient',
      { residual: flag(false), ...range },
      [gradient, x, x, ones(2), mean, ones(2)],
      4,
    );
  const roiAlign = (map: Tensor, rois: Tensor, size = 2) =>
    run('AttoRoiAlign', { size: int(size) }, [map, rois]);
  const roiAlignGradient = (gradient: Tensor, rois: Tensor, [images, height, width] = [1, 4, 4]) =>
    run('AttoRoiAlignGradient', { images: int(images), height: int(height), width: int(width) }, [
      gradient,
      rois,
    ]);
  const rois = (...values: number[]): Tensor => tf.tensor2d(values, [values.length / 5, 5]);

  it.each<[string, () => Tensor[]]>([
    ['b [9, 32] must have as many rows as a [4, 8] has columns', () => matmul(ones(4, 8), ones(9, 32))],
    ['a [] and b [8, 32] must be', () => matmul(tf.scalar(1), ones(8, 32))],
    ['bias [31] must be [32] or [0]', () => matmul(ones(4, 8), ones(8, 32), ones(31))],
    ['residual [4, 31] must be [4, 32] or [0]', () => matmul(ones(4, 8), ones(8, 32), none(), ones(4, 31))],

    ['stride is 0; it must be from 1', () => depthwise(ones(1, 4, 4, 2), ones(3, 3, 2, 1), { stride: 0 })],
    ['stride is -1', () => depthwise(ones(1, 4, 4, 2), ones(3, 3, 2, 1), { stride: -1 })],
    ['padding is -1', () => depthwise(ones(1, 4, 4, 2), ones(3, 3, 2, 1), { padding: -1 })],
    ['x [4, 4, 2] must be [N, H, W, in]', () => depthwise(ones(4, 4, 2), ones(3, 3, 2, 1))],
    [
      'kernel [3, 3, 1, 1] must be [3, 3, 2, multiplier]',
      () => depthwise(ones(1, 4, 4, 2), ones(3, 3, 1, 1)),
    ],
    ['kernel [3, 3] must be', () => depthwise(ones(1, 4, 4, 2), ones(3, 3))],
    ['x [1, 2, 4, 2] with a padding of 0 is smaller', () => depthwise(ones(1, 2, 4, 2), ones(3, 3, 2, 1))],
    [
      'x [1, 0, 4, 2] with a padding of 2',
      () => depthwise(ones(1, 0, 4, 2), ones(3, 3, 2, 1), { padding: 2 }),
    ],
    ['bias [3] must be [2] or [0]', () => depthwise(ones(1, 4, 4, 2), ones(3, 3, 2, 1), { bias: ones(3) })],

    ['x [4, 4, 16] must be [N, H, W, in]', () => winograd(ones(4, 4, 16), ones(3, 3, 16, 16))],
    ['must be a multiple of 16', () => winograd(ones(1, 4, 4, 20), ones(3, 3, 20, 16))],
    ['to 20 channels: they must be', () => winograd(ones(1, 4, 4, 16), ones(3, 3, 16, 20))],
    ['must have the same channels', () => winograd(ones(1, 4, 4, 32), ones(3, 3, 16, 16))],
    [
      'kernel [3, 3, 16, 32] transposed and x [1, 4, 4, 16]',
      () => winograd(ones(1, 4, 4, 16), ones(3, 3, 16, 32), { transposed: true }),
    ],
    ['kernel [5, 5, 16, 16] must be', () => winograd(ones(1, 4, 4, 16), ones(5, 5, 16, 16))],
    ['bias [3] must be [16]', () => winograd(ones(1, 4, 4, 16), ones(3, 3, 16, 16), { bias: ones(3) })],
    [
      'residual [1, 4, 4, 32] must be [1, 4, 4, 16]',
      () => winograd(ones(1, 4, 4, 16), ones(3, 3, 16, 16), { residual: ones(1, 4, 4, 32) }),
    ],
    ['must be of the same size', () => winogradGradient(ones(1, 4, 4, 16), ones(1, 4, 5, 16))],
    ['gradient [16] must be', () => winogradGradient(ones(1, 4, 4, 16), ones(16))],

    ['x [0, 2] must be [..., C] and not empty', () => norm(ones(0, 2))],
    ['x [] must be', () => norm(tf.scalar(1))],
    ['scale [3] must be [2]', () => norm(ones(4, 2), ones(3))],
    ['residual [4, 1] must be [4, 2] or [0]', () => norm(ones(4, 2), ones(2), ones(4, 1))],
    ['gradient [3, 2] must be [4, 2]', () => normGradient(ones(3, 2), ones(4, 2))],
    ['mean [3] must be [2]', () => normGradient(ones(4, 2), ones(4, 2), ones(3))],
    ['x [0, 2] must be', () => normGradient(ones(0, 2), ones(0, 2))],

    ['RoI 0 is of image 1 of 1', () => roiAlign(ones(1, 4, 4, 1), rois(1, 0, 0, 2, 2))],
    ['RoI 1 is of image nan', () => roiAlign(ones(1, 4, 4, 1), rois(0, 0, 0, 2, 2, Number.NaN, 0, 0, 2, 2))],
    ['rois [1, 4] must be [R, 5]', () => roiAlign(ones(1, 4, 4, 1), ones(1, 4))],
    ['features [4, 4] must be [N, H, W, C]', () => roiAlign(ones(4, 4), rois(0, 0, 0, 2, 2))],
    ['size is 0', () => roiAlign(ones(1, 4, 4, 1), rois(0, 0, 0, 2, 2), 0)],
    ['on maps without pixels, [1, 0, 4, 1]', () => roiAlign(ones(1, 0, 4, 1), rois(0, 0, 0, 2, 2))],
    ['gradient [1, 2, 3, 1] must be', () => roiAlignGradient(ones(1, 2, 3, 1), rois(0, 0, 0, 2, 2))],
    ['must have as many rows', () => roiAlignGradient(ones(2, 2, 2, 1), rois(0, 0, 0, 2, 2))],
    ['height is -1', () => roiAlignGradient(ones(1, 2, 2, 1), rois(0, 0, 0, 2, 2), [1, -1, 4])],
    ['on maps without pixels', () => roiAlignGradient(ones(1, 2, 2, 1), rois(0, 0, 0, 2, 2), [1, 4, 0])],
    [
      "the output's shape would be [1048576, 1048576, 1048576, 2]",
      () => roiAlignGradient(ones(1, 2, 2, 2), rois(0, 0, 0, 2, 2), [2 ** 20, 2 ** 20, 2 ** 20]),
    ],
  ])('refuse: %s', (message, compute) => {
    expect(compute).toThrow(message);
    // And compute on.
    expect([...matmul(ones(1, 2), ones(2, 1))[0].dataSync()]).toEqual([2]);
  });

  it('have nothing to compute for empty tensors', () => {
    expect(matmul(ones(0, 8), ones(8, 32))[0].shape).toEqual([0, 32]);
    expect(matmul(ones(4, 8), ones(8, 0))[0].shape).toEqual([4, 0]);
    expect(depthwise(ones(0, 4, 4, 2), ones(3, 3, 2, 1))[0].shape).toEqual([0, 2, 2, 2]);
    expect(depthwise(ones(1, 4, 4, 0), ones(3, 3, 0, 1))[0].shape).toEqual([1, 2, 2, 0]);
    expect(winograd(ones(0, 4, 4, 16), ones(3, 3, 16, 32))[0].shape).toEqual([0, 4, 4, 32]);
    expect(winograd(ones(1, 4, 4, 16), ones(3, 3, 16, 0))[0].shape).toEqual([1, 4, 4, 0]);
    expect(roiAlign(ones(1, 4, 4, 3), ones(0, 5))[0].shape).toEqual([0, 2, 2, 3]);
    expect(roiAlign(ones(1, 0, 4, 3), ones(0, 5))[0].shape).toEqual([0, 2, 2, 3]);
  });

  it('give zeros for sums of nothing, not what memory held before', () => {
    const zeros = (tensor: Tensor): boolean => tensor.dataSync().every((value) => value === 0);
    // Fills the kernels' scratch memory.
    winogradGradient(ones(1, 40, 40, 16), ones(1, 40, 40, 16));
    expect(zeros(matmul(ones(40, 0), ones(0, 50))[0])).toBe(true);
    expect(zeros(winograd(ones(1, 8, 8, 0), ones(3, 3, 0, 16))[0])).toBe(true);
    expect(zeros(winogradGradient(ones(0, 4, 4, 16), ones(0, 4, 4, 16))[0])).toBe(true);
    expect(zeros(roiAlignGradient(ones(0, 2, 2, 3), ones(0, 5))[0])).toBe(true);
  });
});

describe.runIf(roundsToBfloat16)('AttoBfloat16Matmul', () => {
  const multiply = (a: Tensor, b: Tensor, { transposed = '', bias = none() } = {}) =>
    run(
      'AttoBfloat16Matmul',
      { transpose_a: flag(transposed === 'a'), transpose_b: flag(transposed === 'b'), ...range },
      [a, b, bias, none()],
    );

  it('refuses what does not fit', () => {
    expect(() => multiply(ones(4, 8), ones(9, 32))).toThrow(
      "a [4, 8] and b [9, 32] don't have the same depth",
    );
    expect(() => multiply(ones(4, 8), ones(8, 32), { transposed: 'a' })).toThrow('a [4, 8] transposed');
    expect(() => multiply(ones(4, 8), ones(8, 32), { transposed: 'b' })).toThrow('b [8, 32] transposed');
    expect(() => multiply(ones(4, 8), ones(8, 32), { bias: ones(31) })).toThrow('bias [31] must be [32]');
    expect(() => multiply(tf.scalar(1), ones(8, 32))).toThrow('must be matrices');
  });

  it('multiplies empty matrices', () => {
    expect(multiply(ones(0, 8), ones(8, 32))[0].shape).toEqual([0, 32]);
    expect([...multiply(ones(2, 0), ones(0, 3), { bias: ones(3) })[0].dataSync()]).toEqual([
      1, 1, 1, 1, 1, 1,
    ]);
  });
});
