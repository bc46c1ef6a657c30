import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/geometry/boxes.js';
import type { Detection, Instance } from '../../src/geometry/instance.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { type DetectedImage, evaluateDetections } from '../../src/metrics/detection-evaluation.js';

const height = 40;
const width = 60;
const classes = ['cat', 'dog'];

function maskOf([x1, y1, x2, y2]: Box, size = { height, width }) {
  const bitmap = new Uint8Array(size.height * size.width);
  for (let y = y1; y < y2; y++) bitmap.fill(1, y * size.width + x1, y * size.width + x2);
  return encodeMask(bitmap, size.height, size.width);
}

function annotated(label: number, box: Box, flags: { difficult?: boolean; crowd?: boolean } = {}): Instance {
  return { label, box, mask: maskOf(box), difficult: false, crowd: false, ...flags };
}

function found(label: number, box: Box, score: number): Detection {
  return { label, category: classes[label], box, mask: maskOf(box), score };
}

function image(id: string, groundTruth: Instance[], detections: Detection[]): DetectedImage {
  return { id, height, width, groundTruth, detections };
}

describe('evaluateDetections', () => {
  it('gives the average precision that a hand computes', () => {
    const { metrics } = evaluateDetections(
      [
        image(
          'a',
          [annotated(0, [0, 0, 10, 10]), annotated(0, [20, 0, 30, 10]), annotated(1, [0, 20, 10, 30])],
          [
            found(0, [0, 0, 10, 10], 0.9),
            found(0, [0, 0, 10, 9], 0.8), // the same cat once more
            found(0, [20, 0, 30, 6], 0.7), // IoU 0.6
            found(1, [20, 0, 30, 10], 0.95), // a cat
          ],
        ),
        image('b', [annotated(0, [0, 0, 20, 20])], [found(0, [40, 20, 50, 30], 0.1)]),
      ],
      classes,
    );
    // Cats, by falling score: found, duplicate, found, background; one of three is missed.
    expect(metrics.voc.box.perClass.cat.AP50).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 15);
    expect(metrics.voc.box.perClass.cat.AP50_11point).toBeCloseTo((4 * 1 + 3 * (2 / 3)) / 11, 15);
    expect(metrics.voc.box.perClass.cat.AP70).toBeCloseTo(1 / 3, 15);
    expect(metrics.voc.box.perClass.dog.AP50).toBe(0);
    expect(metrics.AP_d).toBeCloseTo(5 / 18, 15);
    expect(metrics.AP_m).toBeCloseTo(5 / 18, 15);
    expect(metrics.perClass.cat).toEqual({
      truths: 3,
      difficult: 0,
      crowds: 0,
      detections: 4,
      AP_d: metrics.voc.box.perClass.cat.AP50,
      AP_m: metrics.voc.mask?.perClass.cat.AP50,
    });
    // COCO at 0.50 ≤ IoU ≤ 0.60 has both cats, above one: 34 of 101 recalls at precision 1, 33 at 2/3.
    expect(metrics.coco.box.perClass.cat.AP50).toBeCloseTo((34 + 33 * (2 / 3)) / 101, 12);
    expect(metrics.coco.box.perClass.cat.AP75).toBeCloseTo(34 / 101, 12);
    expect(metrics.coco.box.perClass.cat.AR100).toBeCloseTo((3 * 2 + 7 * 1) / 30, 15);
    expect(metrics.coco.box.perClass.cat.AR1).toBeCloseTo(1 / 3, 15);
  });

  it('leaves difficult objects out for boxes, counts them for masks', () => {
    const { metrics } = evaluateDetections(
      [
        image(
          'a',
          [annotated(0, [0, 0, 10, 10], { difficult: true }), annotated(0, [20, 0, 30, 10])],
          [found(0, [0, 0, 10, 10], 0.9), found(0, [40, 0, 50, 10], 0.8), found(0, [20, 0, 30, 10], 0.7)],
        ),
      ],
      classes,
    );
    expect(metrics.perClass.cat).toMatchObject({ truths: 2, difficult: 1 });
    expect(metrics.AP_d).toBeCloseTo(1 / 2, 15);
    expect(metrics.AP_m).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 15);
  });

  it('holds nothing inside a crowd against the detections', () => {
    const { metrics } = evaluateDetections(
      [
        image(
          'a',
          [annotated(0, [0, 0, 20, 20], { crowd: true }), annotated(0, [40, 0, 50, 10])],
          [found(0, [0, 0, 20, 19], 0.9), found(0, [1, 1, 8, 8], 0.8), found(0, [40, 0, 50, 10], 0.7)],
        ),
      ],
      classes,
    );
    expect(metrics.perClass.cat).toMatchObject({ truths: 1, crowds: 1 });
    // VOC compares by the ordinary IoU: the small part of the crowd is a false positive.
    expect(metrics.AP_d).toBe(1 / 2);
    expect(metrics.AP_m).toBe(1 / 2);
    // COCO lets a detection be any part of the crowd.
    expect(metrics.coco.box.AP50).toBeCloseTo(1, 12);
    expect(metrics.coco.mask?.AP50).toBeCloseTo(1, 12);
  });

  it('tells the protocols of masks apart', () => {
    // The first detection covers both objects; MNC holds the second one against the object it covers best, which is
    // found already, and AP^r against the one that is left.
    const { metrics } = evaluateDetections(
      [
        image(
          'a',
          [annotated(0, [0, 0, 12, 10]), annotated(0, [4, 0, 14, 10])],
          [found(0, [0, 0, 12, 10], 0.9), found(0, [1, 0, 13, 10], 0.8)],
        ),
      ],
      classes,
    );
    expect(metrics.voc.mask?.AP50).toBe(1 / 2);
    expect(metrics.voc.mask?.AP_r).toBe(1);
    // 0.1 … 0.6 are below the IoU of 9/13 with the second object.
    expect(metrics.voc.mask?.AP_r_vol).toBeCloseTo((6 + 3 * 0.5) / 9, 15);
  });

  it('is undefined without ground truth, zero without detections', () => {
    const metricsOf = (images: DetectedImage[]) => evaluateDetections(images, classes).metrics;
    const nothing = metricsOf([]);
    expect(nothing).toMatchObject({ AP_d: null, AP_m: null, images: 0 });
    expect(nothing.coco.mask).toMatchObject({ AP: null, AR100: null, APs: null });
    const noObject = metricsOf([image('a', [], [found(0, [0, 0, 9, 9], 0.5)])]);
    expect(noObject).toMatchObject({ AP_d: null, AP_m: null, images: 1 });
    expect(noObject.perClass.cat).toMatchObject({ detections: 1, AP_d: null });
    const noDetection = metricsOf([image('a', [annotated(1, [0, 0, 9, 9])], [])]);
    expect(noDetection).toMatchObject({ AP_d: 0, AP_m: 0 });
    expect(noDetection.voc.mask).toMatchObject({ AP50_11point: 0, AP70: 0, AP_r_vol: 0 });
    expect(noDetection.voc.box.perClass.cat.AP50).toBeNull();
    expect(noDetection.coco.box).toMatchObject({ AP: 0, AR1: 0, APs: 0, APm: null, ARl: null });
    expect(JSON.stringify([nothing, noObject, noDetection])).not.toContain('NaN');
  });

  it('names what is wrong with its input', () => {
    const box: Box = [0, 0, 9, 9];
    const score = (...images: DetectedImage[]) => evaluateDetections(images, classes);
    expect(() => score(image('a', [], [found(0, box, Number.NaN)]))).toThrow(
      'detection 0 of image a has the score NaN',
    );
    expect(() => score(image('a', [annotated(2, box)], []))).toThrow(
      'ground-truth object 0 of image a has the label 2',
    );
    expect(() => score(image('a', [], [{ ...found(0, box, 1), box: [9, 9, 3, 12] }]))).toThrow(
      'detection 0 of image a has a box of negative size: -6 wide, 3 high',
    );
    expect(() => score(image('a', [], [{ ...found(0, box, 1), box: [0, 0, Number.NaN, 1] }]))).toThrow(
      'finite',
    );
    const other = { ...found(0, box, 1), mask: maskOf(box, { height: 60, width: 40 }) };
    expect(() => score(image('a', [], [other]))).toThrow(
      'the mask of detection 0 of image a is 60×40, the image 40×60',
    );
    expect(() => score(image('a', [], []), image('a', [], []))).toThrow('image a is there twice');
  });
});
