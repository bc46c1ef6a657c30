import { describe, expect, it, test } from 'vitest';
import { encodePng } from '../../src/drawing/canvas.js';
import { instanceColor, neutralColor } from '../../src/drawing/colors.js';
import {
  drawDetections,
  drawInstances,
  drawnDetections,
  drawnInstances,
} from '../../src/drawing/draw-detections.js';
import { drawObjects } from '../../src/drawing/draw-objects.js';
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

test('annotated objects are named by their class and their flags', () => {
  const drawn = drawnInstances(
    [instance([0, 0, 1, 1], 1), instance([0, 0, 1, 1], 0, { difficult: true, crowd: true })],
    classes,
  );
  expect(drawn.map(({ name }) => name)).toEqual(['dog', 'cat (difficult, crowd)']);
  expect(drawn.map(({ color }) => color)).toEqual([instanceColor(0), instanceColor(1)]);
});

test('a detection has the color of the object that it finds, each object once; others get colors of their own', () => {
  const groundTruth = [instance([0, 0, 10, 10], 0), instance([50, 50, 60, 60], 1)];
  const drawn = drawnDetections(
    [
      detection([50, 50, 60, 61], 1, 0.9),
      detection([0, 0, 10, 9], 0, 0.8),
      detection([0, 0, 10, 10], 0, 0.7),
      detection([0, 0, 10, 10], 1, 0.6),
    ],
    groundTruth,
  );
  expect(drawn.map(({ color }) => color)).toEqual([1, 0, 2, 3].map(instanceColor));
  expect(drawn.map(({ score }) => score)).toEqual([0.9, 0.8, 0.7, 0.6]);
});

test('ignored objects come first and are gray', () => {
  const drawn = drawnInstances([instance([0, 0, 1, 1], 1)], classes, [instance([2, 2, 3, 3], 0)]);
  expect(drawn.map(({ name, color }) => [name, color])).toEqual([
    ['ignored', neutralColor],
    ['dog', instanceColor(0)],
  ]);
});

describe('on an image', () => {
  const image = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(120) };
  const bitmap = new Uint8Array(64 * 48).fill(1, 0, 64 * 20);
  const whole = { mask: encodeMask(bitmap, 48, 64) };
  const instances = [{ ...instance([0, 0, 64, 20], 1), ...whole }];
  const detections = [{ ...detection([0, 0, 64, 21], 1, 0.9), ...whole }];

  it('draws small images enlarged', () => {
    const canvas = drawDetections(image, detections);
    expect([canvas.width, canvas.height]).toEqual([512, 384]);
    const own = drawInstances(image, instances, classes, { scale: 1 });
    expect([own.width, own.height]).toEqual([64, 48]);
  });

  it('draws detections and annotated objects as drawObjects does', async () => {
    const size = { scale: 3, textScale: 1.5 };
    const found = drawDetections(image, detections, { groundTruth: instances, ...size });
    const annotated = drawInstances(image, instances, classes, { ignored: instances, ...size });
    expect(await encodePng(found)).toEqual(
      await encodePng(drawObjects(image, drawnDetections(detections, instances), size)),
    );
    expect(await encodePng(annotated)).toEqual(
      await encodePng(drawObjects(image, drawnInstances(instances, classes, instances), size)),
    );
    expect(await encodePng(annotated)).not.toEqual(await encodePng(found));
  });
});
