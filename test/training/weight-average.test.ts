import { beforeAll, expect, test } from 'vitest';
import { tf } from '../../src/engine/tf.js';
import { zeros } from '../../src/nn/initializers.js';
import type { Parameter } from '../../src/nn/parameter.js';
import { Weights } from '../../src/nn/weights.js';
import { averageDecayAt, updateAverage } from '../../src/training/weight-average.js';
import { useEngine } from '../support/engine.js';

beforeAll(useEngine);

const parameter = (name: string, role: Parameter['role']): Parameter => ({
  name,
  shape: [2],
  layout: { kind: 'vector' },
  role,
  trainable: role !== 'statistic',
  initializer: zeros,
});

test('the average moves towards weights and running statistics, and leaves them as they are', () => {
  const before = tf.memory().numTensors;
  const parameters = [parameter('weight', 'weight'), parameter('running_mean', 'statistic')];
  const [weights, average] = [new Weights(parameters, 1), new Weights(parameters, 1)];
  const values = (of: Weights, i: number): number[] => {
    const read = of.variable(parameters[i]).read();
    const data = [...read.dataSync()];
    read.dispose();
    return data;
  };
  const assign = (i: number, ...data: number[]): void =>
    tf.tidy(() => weights.variable(parameters[i]).assign(tf.tensor1d(data)));
  assign(0, 8, -4);
  assign(1, 1, 2);
  updateAverage(average, weights, 0);
  expect([values(average, 0), values(average, 1)]).toEqual([
    [8, -4],
    [1, 2],
  ]);
  assign(0, 0, 4);
  assign(1, 5, 2);
  updateAverage(average, weights, 0.75);
  expect([values(average, 0), values(average, 1)]).toEqual([
    [6, -2],
    [2, 2],
  ]);
  expect([values(weights, 0), values(weights, 1)]).toEqual([
    [0, 4],
    [5, 2],
  ]);
  for (const each of [weights, average]) each.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('the first weights are soon forgotten', () => {
  expect(averageDecayAt(0, 0.999)).toBe(0.1);
  expect(averageDecayAt(90, 0.999)).toBe(0.91);
  expect(averageDecayAt(1e6, 0.999)).toBe(0.999);
});
