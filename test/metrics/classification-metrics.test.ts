import { expect, test } from 'vitest';
import {
  type ClassifiedImage,
  classificationMetrics,
  classifiedImage,
  mostProbable,
  softmax,
  worstMistakes,
} from '../../src/metrics/classification-metrics.js';

const log = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

test('a softmax is one of large logits too', () => {
  expect([...softmax(log(0.1, 0.6, 0.3))].map((p) => p.toFixed(6))).toEqual([
    '0.100000',
    '0.600000',
    '0.300000',
  ]);
  expect([...softmax(Float32Array.of(1000, 1000))]).toEqual([0.5, 0.5]);
});

test('an image has a predicted class, the rank of the true one, and a loss', () => {
  const image = classifiedImage('a', 2, log(0.1, 0.6, 0.2, 0.1), 4);
  expect(image).toMatchObject({ id: 'a', label: 2, predicted: 1, rank: 1 });
  expect(image.probability).toBeCloseTo(0.6, 6);
  expect(image.loss).toBeCloseTo(-Math.log(0.2), 5);
});

test('an output beyond the classes is never predicted, but has its share', () => {
  const image = classifiedImage('a', 0, log(0.2, 0.1, 0.7), 2);
  expect(image).toMatchObject({ predicted: 0, rank: 0 });
  expect(image.probability).toBeCloseTo(0.2, 6);
});

test('of equal logits the first is the most probable one; what is no number is not right', () => {
  expect(mostProbable(softmax(Float32Array.of(1, 3, 3)), 3, 2)).toEqual([1, 2]);
  expect(classifiedImage('a', 2, Float32Array.of(1, 3, 3), 3)).toMatchObject({ predicted: 1, rank: 1 });
  expect(classifiedImage('a', 1, Float32Array.of(1, 3, 3), 3).rank).toBe(0);
  const nan = Number.NaN;
  expect(classifiedImage('a', 0, Float32Array.of(nan, nan, nan), 3).rank).toBe(2);
});

const image = (label: number, predicted: number, rank: number, loss: number): ClassifiedImage => ({
  id: `${label}${predicted}${rank}`,
  label,
  predicted,
  rank,
  loss,
  probability: 0.5,
});

test('accuracy of all images and of each class, and a confusion matrix', () => {
  const classes = ['0', '1', 'a', 'b', 'c', 'd', 'e'];
  const images = [
    image(0, 0, 0, 0.1),
    image(0, 2, 4, 2),
    image(0, 0, 0, 0.3),
    image(1, 2, 5, 3),
    image(2, 2, 0, 0.1),
  ];
  const metrics = classificationMetrics(images, classes);
  expect(metrics).toMatchObject({ images: 5, top1: 3 / 5, top5: 4 / 5 });
  expect(metrics.loss).toBeCloseTo(1.1, 10);
  expect(metrics.perClass['0']).toEqual({ images: 3, predictions: 2, top1: 2 / 3, top5: 1 });
  expect(metrics.perClass['1']).toEqual({ images: 1, predictions: 0, top1: 0, top5: 0 });
  expect(metrics.perClass.a).toEqual({ images: 1, predictions: 3, top1: 1, top5: 1 });
  expect(metrics.perClass.b).toEqual({ images: 0, predictions: 0, top1: null, top5: null });
  expect(metrics.confusion.slice(0, 3)).toEqual([
    [2, 0, 1, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
  ]);
});

test('top-5 says nothing of five classes, and nothing is said of no image', () => {
  const five = classificationMetrics([image(0, 1, 1, 1)], ['a', 'b', 'c', 'd', 'e']);
  expect(five).toMatchObject({ top1: 0, top5: null });
  expect(classificationMetrics([], ['a', 'b'])).toMatchObject({ images: 0, top1: null, loss: null });
});

test('the worst mistakes are wrong images by falling loss', () => {
  const images = [image(0, 1, 1, 1), image(0, 0, 0, 0.5), image(1, 0, 1, 4), image(2, 0, 2, 3)];
  expect(worstMistakes(images, 2).map(({ loss }) => loss)).toEqual([4, 3]);
  expect(worstMistakes(images, 9)).toHaveLength(3);
});
