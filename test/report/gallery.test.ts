import { expect, test } from 'vitest';
import { chooseImages } from '../../src/report/gallery.js';

const image = (id: number, quality: number | null, correct = 1, mistakes = 0) => ({
  id,
  quality,
  correct,
  falsePositives: mistakes,
  notFound: 0,
});
const idsOf = (groups: ReturnType<typeof chooseImages>) =>
  groups.map(({ name, images }) => [name, ...images.map(({ id }) => id)]);

test('the best, the median and the worst, the worst first among the worst', () => {
  const images = Array.from({ length: 11 }, (_, i) => image(i, ((7 * i) % 11) / 10));
  const byQuality = images.toSorted((a, b) => (b.quality ?? 0) - (a.quality ?? 0)).map(({ id }) => id);
  expect(idsOf(chooseImages(images, 2))).toEqual([
    ['best', byQuality[0], byQuality[1]],
    ['median', byQuality[4], byQuality[5]],
    ['worst', byQuality[10], byQuality[9]],
  ]);
});

test('few images are all shown, but those without a quality', () => {
  expect(idsOf(chooseImages([image(1, 0.2), image(2, null), image(3, 0.8)], 1))).toEqual([['all', 3, 1]]);
  expect(chooseImages([image(1, null)], 1)).toEqual([]);
});

test('among equals, what has found more is better, then what has fewer mistakes', () => {
  const images = [image(1, 0, 0, 5), image(2, 0, 0, 2), image(3, 0.5, 1, 1), image(4, 0.5, 4, 4)];
  expect(idsOf(chooseImages(images, 2))).toEqual([['all', 4, 3, 2, 1]]);
});
