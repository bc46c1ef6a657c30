import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tape } from '../tape.js';
import { gatherRows, reshape } from './rows.js';

/**
 * The 3×3 neighbourhoods of some pixels, with zeros beyond the border: what a 3×3 convolution sees there. A product with
 * a kernel reshaped to `[9 · C, Cout]` convolves at just those pixels.
 *
 * @param x `[N, H, W, C]`
 * @param pixels flat indices into N · H · W
 * @returns `[pixels.length, 9 · C]`
 */
export function gatherPatches(tape: Tape | undefined, x: Tensor, pixels: Int32Array): Tensor {
  const [n, h, w, c] = x.shape;
  const neighbours = new Int32Array(9 * pixels.length);
  let i = 0;
  for (const pixel of pixels) {
    const column = pixel % w;
    const row = Math.floor(pixel / w) % h;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const inside = row + dy >= 0 && row + dy < h && column + dx >= 0 && column + dx < w;
        neighbours[i++] = inside ? pixel + dy * w + dx : -1;
      }
    }
  }
  const rows = gatherRows(tape, reshape(tape, x, [n * h * w, c]), neighbours);
  return reshape(tape, rows, [pixels.length, 9 * c]);
}
