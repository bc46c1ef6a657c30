import type { ImageQuality } from './error-analysis.js';

/** Images that belong together: the worst ones worst first, the others best first. */
export interface ImageGroup {
  readonly name: 'best' | 'median' | 'worst' | 'all';
  readonly images: readonly ImageQuality[];
}

/**
 * The images with the highest quality, with the lowest one and in the middle, `count` of each; all of them where there
 * are no more than that. Among equals those are better in which more was found and then less was wrong. Images without
 * a quality, in which there was nothing to be found and nothing was, are left out.
 */
export function chooseImages(images: readonly ImageQuality[], count: number): ImageGroup[] {
  const ranked = images
    .filter(({ quality }) => quality !== null)
    .sort(
      (a, b) => (b.quality ?? 0) - (a.quality ?? 0) || b.correct - a.correct || mistakesOf(a) - mistakesOf(b),
    );
  if (ranked.length === 0) return [];
  if (ranked.length <= 3 * count) return [{ name: 'all', images: ranked }];
  const middle = Math.floor((ranked.length - count) / 2);
  return [
    { name: 'best', images: ranked.slice(0, count) },
    { name: 'median', images: ranked.slice(middle, middle + count) },
    { name: 'worst', images: ranked.slice(-count).reverse() },
  ];
}

function mistakesOf({ falsePositives, notFound }: ImageQuality): number {
  return falsePositives + notFound;
}
