import { describe, expect, it } from 'vitest';
import type { CocoBox } from '../../src/geometry/boxes.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { ErrorAnalysis } from '../../src/metrics/error-analysis.js';
import { judgeImage, missedObjects } from '../../src/metrics/error-types.js';
import type { ScoredImage } from '../../src/metrics/scored-image.js';

const [height, width] = [60, 100];
const classes = ['cat', 'dog'];

function object(label: number, box: CocoBox) {
  const [x, y, boxWidth, boxHeight] = box;
  const bitmap = new Uint8Array(height * width);
  for (let row = y; row < y + boxHeight; row++) {
    bitmap.fill(1, row * width + x, row * width + x + boxWidth);
  }
  return { label, box, area: boxWidth * boxHeight, mask: encodeMask(bitmap, height, width) };
}

const annotated = (label: number, box: CocoBox, flags: { crowd?: boolean; difficult?: boolean } = {}) => ({
  ...object(label, box),
  crowd: false,
  difficult: false,
  ...flags,
});

let position = 0;
const found = (label: number, box: CocoBox, score: number) => ({
  ...object(label, box),
  score,
  position: position++,
});

/** One mistake of each kind, and one that a crowd hides. */
const image: ScoredImage = {
  id: 'a',
  height,
  width,
  groundTruth: [
    annotated(0, [0, 0, 10, 10]),
    annotated(0, [20, 0, 10, 10]),
    annotated(1, [40, 0, 10, 10]),
    annotated(1, [60, 0, 10, 10]),
    annotated(0, [80, 0, 10, 10]),
    annotated(0, [0, 30, 20, 20], { crowd: true }),
  ],
  detections: [
    found(0, [0, 0, 10, 10], 0.95),
    found(0, [0, 0, 10, 9], 0.9), // duplicate
    found(0, [20, 0, 10, 4], 0.8), // localization
    found(0, [40, 0, 10, 8], 0.7), // confusion
    found(0, [60, 0, 10, 3], 0.6), // confused and mislocated
    found(1, [60, 30, 10, 10], 0.55), // background
    found(0, [0, 30, 20, 19], 0.52), // the crowd
    found(1, [80, 30, 10, 10], 0.3), // background that nobody is shown
  ],
};

describe('judgeImage', () => {
  it.each(['box', 'mask'] as const)('tells the kinds of mistakes apart by %s', (geometry) => {
    const { detections, ignored } = judgeImage(image, geometry);
    expect(detections.map(({ verdict, object: about }) => [verdict, about])).toEqual([
      ['correct', 0],
      ['duplicate', 0],
      ['localization', 1],
      ['confusion', 2],
      ['both', 3],
      ['background', undefined],
      ['ignored', 5],
      ['background', undefined],
    ]);
    expect(detections.map(({ iou }) => iou)).toEqual([1, 0.9, 0.4, 0.8, 0.3, 0, 0.95, 0]);
    // The third dog and the last cat; the others are those that a mistake is about.
    expect([...missedObjects(detections, ignored)]).toEqual([3, 4]);
    expect(ignored).toEqual([false, false, false, false, false, true]);
  });

  it("tells them apart in the order of TIDE's code", () => {
    const { detections } = judgeImage(
      {
        ...image,
        groundTruth: [
          annotated(0, [0, 0, 10, 10]),
          annotated(1, [0, 4, 10, 10]),
          annotated(0, [0, 30, 10, 10]),
        ],
        detections: [
          found(0, [0, 0, 10, 10], 0.9),
          // Its own class by 7 of 13 rows, which is found, but a dog by 9 of 11.
          found(0, [0, 3, 10, 10], 0.8),
          // Its own class by 4 of 16 rows, a dog by 8 of 12.
          found(0, [0, 6, 10, 10], 0.7),
          // A found cat once more, and a dog by 6 of 14 rows.
          found(0, [0, 0, 10, 10], 0.6),
        ],
      },
      'box',
    );
    expect(detections.map(({ verdict, object: about }) => [verdict, about])).toEqual([
      ['correct', 0],
      ['confusion', 1],
      ['localization', 0],
      ['duplicate', 0],
    ]);
  });
});

describe('ErrorAnalysis', () => {
  const analysis = new ErrorAnalysis(classes, { geometry: 'mask' });
  analysis.add(image);
  analysis.add({ ...image, id: 'empty', groundTruth: [], detections: [] });
  const summary = analysis.summary();

  it('counts mistakes from a score on', () => {
    expect(summary).toMatchObject({ geometry: 'mask', score: 0.5 });
    expect(summary.counts).toEqual({
      correct: 1,
      confusion: 1,
      localization: 1,
      both: 1,
      duplicate: 1,
      background: 1,
      miss: 2,
    });
    const { cat, dog } = summary.perClass;
    expect(cat).toMatchObject({ correct: 1, confusion: 1, localization: 1, both: 1, duplicate: 1, miss: 1 });
    expect(dog).toMatchObject({ correct: 0, confusion: 0, background: 1, miss: 1 });
    expect(summary.confusions).toEqual([{ groundTruth: 'dog', detected: 'cat', count: 1 }]);
  });

  it('keeps the sizes of what is found and not, and the scores of what is correct and wrong', () => {
    expect(summary.areas).toEqual({ found: [100], notFound: [100, 100, 100, 100] });
    expect(summary.scores).toEqual({ correct: [0.95], wrong: [0.9, 0.8, 0.7, 0.6, 0.55, 0.3] });
  });

  it('says how each image went', () => {
    expect(summary.images).toEqual([
      { id: 'a', quality: 1 / (1 + (5 + 4) / 2), correct: 1, falsePositives: 5, notFound: 4 },
      { id: 'empty', quality: null, correct: 0, falsePositives: 0, notFound: 0 },
    ]);
  });

  it('says what each kind of mistake costs', () => {
    // Cats: 3 objects, of which the first detection finds one; no dog is found.
    expect(summary.AP).toBeCloseTo(1 / 3 / 2, 15);
    // The second of cats is found after the duplicate: 2 of 3 detections.
    expect(summary.gain.localization).toBeCloseTo((1 / 3) * (2 / 3) * 0.5, 15);
    // One of two dogs is found, before the background.
    expect(summary.gain.confusion).toBeCloseTo((1 / 2) * 0.5, 15);
    // Two of the objects remain for cats, one for dogs.
    expect(summary.gain.miss).toBeCloseTo((1 / 2 - 1 / 3) * 0.5, 15);
    expect(summary.gain.duplicate).toBe(0);
    expect(summary.gain.background).toBe(0);
    expect(summary.gain.both).toBe(0);
  });

  it('agrees that removing a background mistake above a find helps', () => {
    const other = new ErrorAnalysis(classes, { geometry: 'box' });
    other.add({
      ...image,
      groundTruth: [annotated(0, [0, 0, 10, 10])],
      detections: [found(0, [50, 30, 9, 9], 0.9), found(0, [0, 0, 10, 10], 0.8)],
    });
    expect(other.summary()).toMatchObject({ AP: 0.5, gain: { background: 0.5, miss: 0 } });
  });

  it('lets only one mended detection find an object', () => {
    const other = new ErrorAnalysis(classes, { geometry: 'box' });
    other.add({
      ...image,
      groundTruth: [annotated(0, [0, 0, 10, 10]), annotated(0, [20, 0, 10, 10])],
      detections: [
        found(0, [0, 0, 10, 3], 0.9), // badly placed on a cat that …
        found(0, [0, 0, 10, 10], 0.8), // … this one finds
        found(0, [20, 0, 10, 10], 0.7),
      ],
    });
    // Without the first: both found, none wrong.
    expect(other.summary().AP).toBeCloseTo(2 / 3, 15);
    expect(other.summary().gain.localization).toBeCloseTo(1 / 3, 15);
  });
});
