import { beforeAll, describe, expect, it } from 'vitest';
import {
  execute,
  executeMultiple,
  flag,
  float,
  int,
  ints,
  shape,
  text,
  type,
} from '../../src/engine/kernels.js';
import { tf } from '../../src/engine/tf.js';
import { useEngine } from '../support/engine.js';

beforeAll(useEngine);

const values = (tensor: InstanceType<typeof tf.Tensor>) => [...tensor.dataSync()];
const x = () => tf.tensor4d([...Array(2 * 5 * 5 * 3).keys()].map(Math.sin), [2, 5, 5, 3]);
const kernel = () => tf.tensor4d([...Array(3 * 3 * 3 * 4).keys()].map(Math.cos), [3, 3, 3, 4]);
const convolution = { T: type('float32'), strides: ints([1, 1, 1, 1]), padding: text('SAME') };

describe('execute', () => {
  it('runs the kernel that tf.conv2d runs', () => {
    const ours = execute('Conv2D', convolution, [x(), kernel()]);
    expect(ours.shape).toEqual([2, 5, 5, 4]);
    expect(values(ours)).toEqual(values(tf.conv2d(x(), kernel(), 1, 'same')));
  });

  it('takes attributes of every kind', () => {
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    expect(values(execute('MatMul', { T: type('float32'), transpose_b: flag(true) }, [a, a]))).toEqual([
      5, 11, 11, 25,
    ]);
    const leaky = execute('LeakyRelu', { T: type('float32'), alpha: float(0.5) }, [tf.tensor1d([-2, 3])]);
    expect(values(leaky)).toEqual([-1, 3]);
    const argument = { SrcT: type('int32'), DstT: type('bool'), Truncate: flag(false) };
    const cast = execute('Cast', argument, [tf.tensor1d([0, 5], 'int32')]);
    expect([cast.dtype, values(cast)]).toEqual(['bool', [0, 1]]);
    const ensure = (sides: readonly number[]) =>
      execute('EnsureShape', { T: type('float32'), shape: shape(sides) }, [a]);
    expect(values(ensure([2, 2]))).toEqual([1, 2, 3, 4]);
    expect(() => ensure([3])).toThrow(
      /^EnsureShape\(float32\[2,2\]\): .*not compatible with expected shape \[3\]/,
    );
  });

  it('keeps attributes that are used again apart from those of other calls', () => {
    const strided = { ...convolution, strides: ints([1, 2, 2, 1]) };
    expect(execute('Conv2D', convolution, [x(), kernel()]).shape).toEqual([2, 5, 5, 4]);
    expect(execute('Conv2D', strided, [x(), kernel()]).shape).toEqual([2, 3, 3, 4]);
    expect(execute('Conv2D', convolution, [x(), kernel()]).shape).toEqual([2, 5, 5, 4]);
  });

  it('gives tensors that tf.tidy disposes of', () => {
    const [input, weights] = [x(), kernel()];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      execute('Conv2D', convolution, [input, weights]);
      expect(tf.memory().numTensors).toBe(before + 1);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says which kernel refused which operands', () => {
    expect(() => execute('Conv2D', convolution, [x(), tf.ones([3, 3, 2, 4])])).toThrow(
      'Conv2D(float32[2,5,5,3], float32[3,3,2,4]): input depth must be evenly divisible by filter depth: 3 vs 2',
    );
    expect(() => execute('Convolution2D', convolution, [])).toThrow(
      "Convolution2D(): 'Convolution2D' is neither a type of a primitive operation",
    );
  });
});

describe('executeMultiple', () => {
  it('gives all outputs of a kernel', () => {
    const rows = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const attributes = { T: type('float32'), num: int(3), axis: int(0) };
    expect(executeMultiple('Unpack', attributes, [rows], 3).map(values)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it('says which kernel refused which operands', () => {
    expect(() => executeMultiple('TopKV2', { T: type('float32') }, [tf.ones([2])], 2)).toThrow(
      /^TopKV2\(float32\[2\]\): /,
    );
  });
});
