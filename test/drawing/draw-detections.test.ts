import { expect, test } from 'vitest';
import { instanceColor } from '../../src/drawing/colors.js';
import { drawnDetections, drawnInstances } from '../../src/drawing/draw-detections.js';
import type { Box } from '../../src/geometry/boxes.js';
import type { Detection, Instance } from '../../src/geometry/instance.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';

const mask = encodeMask(new Uint8Array(4), 2, 2);
const classes = ['cat', 'dog'];

function instance(box: Box, label: number, flags: Partial<Instance> = {}): Instance {
  return { box, label, mask, difficult: false, crowd: false, ...flags };
}

function detection(box: Box, label: number, score: number): Detection {
  return { box, label, mask, score, category: classes[label] };
}

test('truth is named by its class and its flags', () => {
  const drawn = drawnInstances(
    [instance([0, 0, 1, 1], 1), instance([0, 0, 1, 1], 0, { difficult: true, crowd: true })],
    classes,
  );
  expect(drawn.map(({ name }) => name)).toEqual(['dog', 'cat (difficult, crowd)']);
  expect(drawn.map(({ color }) => color)).toEqual([instanceColor(0), instanceColor(1)]);
});

test('detections have the color of the truth they find, each truth once; others get colors of their own', () => {
  const truth = [instance([0, 0, 10, 10], 0), instance([50, 50, 60, 60], 1)];
  const drawn = drawnDetections(
    [
      detection([50, 50, 60, 61], 1, 0.9),
      detection([0, 0, 10, 9], 0, 0.8),
      detection([0, 0, 10, 10], 0, 0.7),
      detection([0, 0, 10, 10], 1, 0.6),
    ],
    truth,
  );
  expect(drawn.map(({ color }) => color)).toEqual([1, 0, 2, 3].map(instanceColor));
  expect(drawn.map(({ score }) => score)).toEqual([0.9, 0.8, 0.7, 0.6]);
});
