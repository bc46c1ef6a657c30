import { differenceCiede2000, wcagContrast } from 'culori';
import { expect, test } from 'vitest';
import { instanceColor, neutralColor, textColor } from '../../src/drawing/colors.js';

const colors = Array.from({ length: 24 }, (_, i) => instanceColor(i));
const difference = differenceCiede2000();

/** The smallest difference between any two of the first `count` colors. */
function closest(count: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) smallest = Math.min(smallest, difference(colors[i], colors[j]));
  }
  return smallest;
}

test('colors are far apart, the first ones most', () => {
  expect(closest(6)).toBeGreaterThan(29);
  expect(closest(12)).toBeGreaterThan(19);
  expect(closest(24)).toBeGreaterThan(12);
});

test('neighbors in the list are far apart', () => {
  for (let i = 1; i < colors.length; i++) expect(difference(colors[i], colors[i - 1])).toBeGreaterThan(12);
});

test('text on every color is legible: more than WCAG AA', () => {
  for (const color of [...colors, neutralColor]) {
    expect(color).toMatch(/^#[0-9a-f]{6}$/);
    expect(wcagContrast(color, textColor)).toBeGreaterThan(5);
  }
});

test('colors repeat only after the list is used up', () => {
  expect(new Set(colors).size).toBe(24);
  expect(instanceColor(24)).toBe(instanceColor(0));
});
