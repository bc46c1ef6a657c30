import { describe, expect, it } from 'vitest';
import { BACKGROUND, matchBoxes, NO_EXAMPLE } from '../../src/geometry/matching.js';

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

describe('matchBoxes', () => {
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
