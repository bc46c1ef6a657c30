import type { Canvas } from '@napi-rs/canvas';
import type { Sample } from '../datasets/sample.js';
import { drawObjects } from '../drawing/draw.js';
import { drawnDetections, drawnIgnored, drawnInstances } from '../drawing/drawn-objects.js';
import type { Detection } from '../geometry/instance.js';
import type { ImageQuality } from '../metrics/error-analysis.js';
import type { EmbeddedPicture, GalleryImage } from './report-data.js';

/** Length of a picture's longer side in pixels: about twice what a page shows, for screens of high density. */
const longerSide = 800;
const quality = 80;
/** Pages show pictures smaller than they are, phones above all. */
const textScale = 1.3;

/**
 * The pictures of an image for a report.
 *
 * @param detections those to be drawn, by falling score
 */
export async function galleryImage(
  image: ImageQuality,
  { image: pixels, instances, ignored }: Sample,
  detections: readonly Detection[],
  classes: readonly string[],
): Promise<GalleryImage> {
  const scale = longerSide / Math.max(pixels.width, pixels.height);
  const truth = [...drawnIgnored(ignored), ...drawnInstances(instances, classes)];
  return {
    ...image,
    truth: await embed(drawObjects(pixels, truth, scale, textScale)),
    prediction: await embed(drawObjects(pixels, drawnDetections(detections, instances), scale, textScale)),
  };
}

/** A canvas as a picture inside the page. */
export async function embed(canvas: Canvas): Promise<EmbeddedPicture> {
  const bytes = await canvas.encode('webp', quality);
  return {
    source: `data:image/webp;base64,${bytes.toString('base64')}`,
    width: canvas.width,
    height: canvas.height,
  };
}
