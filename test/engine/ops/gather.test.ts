import { beforeAll, describe, expect, it } from 'vitest';
import { gatherRows, selectChannel } from '../../../src/engine/ops/gather.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('gatherRows', () => {
  it('repeats rows and adds their gradients up', () => {
    expectGradients((tape, [x]) => gatherRows(tape, x, Int32Array.of(3, 0, 3, 3, 1)), [random([5, 3], 1)], {
      composite: (x) => tf.gather(x, tf.tensor1d([3, 0, 3, 3, 1], 'int32')),
    });
  });

  it('gives zeros for −1', () => {
    const indices = Int32Array.of(-1, 2, -1, 0);
    const y = gatherRows(undefined, tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), indices);
    expect([...y.dataSync()]).toEqual([0, 0, 5, 6, 0, 0, 1, 2]);
    expectGradients((tape, [x]) => gatherRows(tape, x, indices), [random([3, 2], 1)]);
  });
});

describe('selectChannel', () => {
  it('keeps one channel of each image', () => {
    const x = tf.reshape(tf.range(0, 12), [2, 1, 2, 3]);
    expect([...selectChannel(undefined, x, Int32Array.of(2, 0)).dataSync()]).toEqual([2, 5, 6, 9]);
    expectGradients(
      (tape, [images]) => selectChannel(tape, images, Int32Array.of(1, 2, 0)),
      [random([3, 4, 5, 3], 1)],
    );
  });
});
