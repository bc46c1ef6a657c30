import { beforeAll, expect, it } from 'vitest';
import { dropout } from '../../../src/engine/ops/dropout.js';
import { tf } from '../../../src/engine/tf.js';
import { useEngine } from '../../support/engine.js';
import { expectGradients, random } from '../../support/gradients.js';

beforeAll(async () => {
  await useEngine();
});

it('drops elements and scales the others up', () => {
  const y = dropout(undefined, tf.tensor2d([1, 2, 3, 4], [2, 2]), [true, false, false, true], 0.2);
  expect([...y.dataSync()]).toEqual([1.25, 0, 0, 5]);
});

it('has the gradient of what is kept', () => {
  const kept = Array.from({ length: 12 }, (_, i) => i % 3 !== 0);
  expectGradients((tape, [x]) => dropout(tape, x, kept, 0.5), [random([3, 4], 1)]);
});
