import { differenceCiede2000, wcagContrast } from 'culori';
import { expect, test } from 'vitest';
import { instanceColour, neutralColour, textColour } from '../../src/visualization/colours.js';

const colours = Array.from({ length: 24 }, (_, i) => instanceColour(i));
const difference = differenceCiede2000();

/** The smallest difference between any two of the first `count` colours. */
function closest(count: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) smallest = Math.min(smallest, difference(colours[i], colours[j]));
  }
  return smallest;
}

test('colours are far apart, the first ones most', () => {
  expect(closest(6)).toBeGreaterThan(29);
  expect(closest(12)).toBeGreaterThan(19);
  expect(closest(24)).toBeGreaterThan(12);
});

test('neighbours in the list are far apart', () => {
  for (let i = 1; i < colours.length; i++) expect(difference(colours[i], colours[i - 1])).toBeGreaterThan(12);
});

test('text on every colour is legible: more than WCAG AA', () => {
  for (const colour of [...colours, neutralColour]) {
    expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(wcagContrast(colour, textColour)).toBeGreaterThan(5);
  }
});

test('colours repeat only after the list is used up', () => {
  expect(new Set(colours).size).toBe(24);
  expect(instanceColour(24)).toBe(instanceColour(0));
});
