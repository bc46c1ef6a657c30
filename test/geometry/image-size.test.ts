import { expect, test } from 'vitest';
import { paddedSize, resizedSize } from '../../src/geometry/image-size.js';

// Sizes that torchvision 0.29's GeneralizedRCNNTransform gives.
test.each([
  // The shorter side becomes 800, the other one is floored …
  [334, 500, 800, 1333, 799, 1197],
  [375, 500, 800, 1333, 800, 1066],
  [500, 375, 800, 1333, 1066, 800],
  // … unless the longer one would pass 1333.
  [300, 1000, 800, 1333, 399, 1333],
  [3000, 4000, 800, 1333, 800, 1066],
  [96, 160, 128, 213, 127, 213],
  // Where rounding the scale to float32 would give one pixel less or more.
  [295, 1185, 800, 1333, 331, 1333],
  [1019, 78, 256, 426, 426, 32],
  [1264, 1581, 800, 1333, 800, 1000],
  [800, 1333, 800, 1333, 800, 1333],
])('%i × %i at %i/%i is %i × %i', (height, width, shorter, longer, newHeight, newWidth) => {
  expect(resizedSize({ height, width }, shorter, longer)).toEqual({ height: newHeight, width: newWidth });
});

test('no side becomes 0', () => {
  expect(resizedSize({ height: 8, width: 2000 }, 128, 213)).toEqual({ height: 1, width: 213 });
  expect(resizedSize({ height: 9000, width: 1 }, 128, 213)).toEqual({ height: 213, width: 1 });
});

test('padding goes up to the next multiples of 32', () => {
  expect(paddedSize({ height: 800, width: 1333 })).toEqual({ height: 800, width: 1344 });
  expect(paddedSize({ height: 1, width: 33 })).toEqual({ height: 32, width: 64 });
});
