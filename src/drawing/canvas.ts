import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { RgbImage } from '../datasets/sample.js';
import { writeAtomically } from '../files.js';

/** Canvas with an image, `scale` times as large. */
export function imageCanvas(image: RgbImage, scale = 1): Canvas {
  const { width, height, data } = image;
  const original = createCanvas(width, height);
  const context = original.getContext('2d');
  const pixels = context.createImageData(width, height);
  const rgba = pixels.data;
  for (let i = 0, j = 0; i < data.length; i += 3, j += 4) {
    rgba[j] = data[i];
    rgba[j + 1] = data[i + 1];
    rgba[j + 2] = data[i + 2];
    rgba[j + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  if (scale === 1) return original;
  const scaled = createCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const scaledContext = scaled.getContext('2d');
  // The canvas's best filter for enlarging looks at too few pixels to reduce without aliasing.
  scaledContext.imageSmoothingQuality = scale > 1 ? 'high' : 'medium';
  scaledContext.drawImage(original, 0, 0, scaled.width, scaled.height);
  return scaled;
}

/** Encodes a canvas as PNG, off the main thread. */
export function encodePng(canvas: Canvas): Promise<Buffer> {
  return canvas.encode('png');
}

/**
 * Writes a canvas as a PNG file, which is there whole or not at all.
 *
 * @throws UserError when the folder can't be written
 */
export async function writeImage(file: string, canvas: Canvas): Promise<void> {
  const png = await encodePng(canvas);
  await writeAtomically(file, async (handle) => {
    await handle.writeFile(png);
  });
}
