import { describe, expect, it } from 'vitest';
import { type Boxes, boxArea, boxIou, intersectionArea } from '../../src/geometry/boxes.js';
import {
  BACKGROUND,
  type GroundTruthBoxes,
  type MatchingRule,
  matchBoxes,
  NO_EXAMPLE,
} from '../../src/geometry/matching.js';
import { type RandomStream, randomStream } from '../../src/random.js';

const rule = { foregroundIou: 0.7, backgroundIou: 0.3, lowQualityMatches: false };
const objects = {
  boxes: Float32Array.of(0, 0, 10, 10, 20, 20, 40, 40),
  ignored: new Float32Array(),
};
const candidates = Float32Array.of(
  ...[0, 0, 10, 10], // IoU 1 with object 0
  ...[0, 0, 10, 5], // IoU 0.5 with object 0
  ...[50, 50, 60, 60], // none
  ...[20, 20, 40, 24], // IoU 0.2 with object 1
);

/** The rule with every pair of boxes compared. */
function matchEveryPair(
  { boxes, ignored }: Pick<GroundTruthBoxes, 'boxes' | 'ignored'>,
  all: Boxes,
  { foregroundIou, backgroundIou, lowQualityMatches }: MatchingRule,
): number[] {
  const indices = (list: Boxes) => Array.from({ length: list.length / 4 }, (_, i) => i);
  const ious = indices(boxes).map((o) => indices(all).map((c) => boxIou(boxes, o, all, c)));
  const largest = ious.map((ofObject) => Math.max(...ofObject));
  return indices(all).map((c) => {
    const ofCandidate = ious.map((ofObject) => ofObject[c]);
    const best = Math.max(0, ...ofCandidate);
    const isBest = ious.some((ofObject, o) => largest[o] > 0 && ofObject[c] === largest[o]);
    if (boxes.length > 0 && (best >= foregroundIou || (lowQualityMatches && isBest))) {
      return ofCandidate.indexOf(best);
    }
    if (best >= backgroundIou) return NO_EXAMPLE;
    const isIgnored = indices(ignored).some(
      (i) => intersectionArea(ignored, i, all, c) >= boxArea(all, c) / 2,
    );
    return isIgnored ? NO_EXAMPLE : BACKGROUND;
  });
}

/** Boxes on a coarse raster, so that many overlap equally; some have no area, some lie apart. */
function randomBoxes(random: RandomStream, count: number, largest: number): Boxes {
  return Float32Array.from(
    Array.from({ length: count }, () => {
      const [x, y] = [random.integer(60) - 10, random.integer(40) - 10];
      const side = () => random.integer(largest);
      return [x, y, x + side(), y + side()];
    }).flat(),
  );
}

describe('matchBoxes', () => {
  it('gives what comparing every pair gives', () => {
    const seen = new Map<number, number>();
    for (let round = 0; round < 300; round++) {
      const random = randomStream(1, 'matching', round);
      const boxes = randomBoxes(random, random.integer(30), 2 + random.integer(60));
      const ignored = randomBoxes(random, random.integer(4), 20);
      const all = randomBoxes(random, 100, 2 + random.integer(60));
      const settings = { foregroundIou: 0.6, backgroundIou: 0.4, lowQualityMatches: round % 2 === 0 };
      const matches = [...matchBoxes({ boxes, ignored }, all, settings)];
      expect(matches).toEqual(matchEveryPair({ boxes, ignored }, all, settings));
      for (const match of matches) seen.set(Math.min(match, 0), (seen.get(Math.min(match, 0)) ?? 0) + 1);
    }
    for (const kind of [0, BACKGROUND, NO_EXAMPLE]) expect(seen.get(kind)).toBeGreaterThan(1000);
  });

  it('tells matches, background and what is neither', () => {
    expect([...matchBoxes(objects, candidates, rule)]).toEqual([0, NO_EXAMPLE, BACKGROUND, BACKGROUND]);
  });

  it('gives each object its best candidates when low-quality matches count', () => {
    const matches = matchBoxes(objects, candidates, { ...rule, lowQualityMatches: true });
    expect([...matches]).toEqual([0, NO_EXAMPLE, BACKGROUND, 1]);
  });

  it('calls everything background where there is no object', () => {
    const matches = matchBoxes({ ...objects, boxes: new Float32Array() }, candidates, {
      ...rule,
      lowQualityMatches: true,
    });
    expect([...matches]).toEqual(Array(4).fill(BACKGROUND));
  });

  it('uses nothing as background that lies in an ignored object by half', () => {
    const half = Float32Array.of(50, 50, 60, 55);
    const less = Float32Array.of(50, 50, 60, 54);
    expect(matchBoxes({ ...objects, ignored: half }, candidates, rule)[2]).toBe(NO_EXAMPLE);
    expect(matchBoxes({ ...objects, ignored: less }, candidates, rule)[2]).toBe(BACKGROUND);
    // A match stays one.
    const found = Float32Array.of(0, 0, 10, 10);
    expect(matchBoxes({ ...objects, ignored: found }, candidates, rule)[0]).toBe(0);
  });
});
