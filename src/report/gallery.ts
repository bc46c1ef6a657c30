import type { Canvas } from '@napi-rs/canvas';
import type { Sample } from '../datasets/sample.js';
import { drawDetections, drawInstances } from '../drawing/draw-detections.js';
import type { Detection } from '../geometry/instance.js';
import type { ErrorSummary, ImageQuality } from '../metrics/error-analysis.js';
import { percent } from '../metrics/metric-value.js';
import { formatCount, type Html, html, quantity, type Section, section } from './html.js';

/** Images that belong together, drawn. */
export interface GalleryGroup {
  readonly name: ImageGroup['name'];
  readonly images: readonly GalleryImage[];
}

/** An image's quality, and its ground truth and its detections drawn. */
interface GalleryImage extends ImageQuality {
  readonly groundTruth: EmbeddedImage;
  readonly detections: EmbeddedImage;
}

/** An image inside the page. */
export interface EmbeddedImage {
  /** A `data:` URI. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

const titles: Readonly<Record<GalleryGroup['name'], string>> = {
  best: 'Best',
  median: 'Median',
  worst: 'Worst',
  all: 'All images, best first',
};

/** The best, median and worst images, ground truth beside prediction. */
export function gallerySection(gallery: readonly GalleryGroup[], errors: ErrorSummary): Section {
  const { images, score, geometry } = errors;
  const ranked = images.filter(({ quality }) => quality !== null).length;
  const unranked = images.length - ranked;
  const none = images.every(({ correct, falsePositives }) => correct + falsePositives === 0);
  const intro = html`<p>Images are ranked by panoptic quality (Kirillov et al., CVPR 2019): the sum of the IoUs of correct ${geometry === 'mask' ? 'masks' : 'boxes'},
divided by their number plus half the number of wrong detections and of objects not found. Quality is 100 where every
object is found and outlined exactly and nothing else is detected. Unlike AP, it is defined for a single image. Only
detections that score at least ${score} count and are drawn${none ? '; here, none does' : ''}. A detection whose box finds an object has that object’s color.
${
  unranked > 0
    ? html`${formatCount(unranked)} of ${quantity(images.length, 'image')} ${unranked === 1 ? 'has' : 'have'} neither objects nor detections, and so no quality.`
    : undefined
}</p>`;
  const empty = html`<p>There is no image with an object or a detection.</p>`;
  return section('images', 'Images', intro, gallery.length === 0 ? empty : gallery.map(group));
}

function group({ name, images }: GalleryGroup): Html {
  return html`<h3>${titles[name]}</h3><div class="gallery">${images.map(card)}</div>`;
}

function card({
  id,
  quality,
  correct,
  falsePositives,
  notFound,
  groundTruth,
  detections,
}: GalleryImage): Html {
  const facts = `${formatCount(correct)} correct, ${formatCount(falsePositives)} wrong, ${formatCount(notFound)} not found`;
  return html`<article><p class="card-title"><strong>${id}</strong> <span>quality ${percent(quality)}</span> <span class="note">${facts}</span></p>
<div class="pair">${embedded(groundTruth, 'ground truth', id)}${embedded(detections, 'prediction', id)}</div></article>`;
}

function embedded({ source, width, height }: EmbeddedImage, name: string, id: string | number): Html {
  return html`<figure><img src="${source}" width="${width}" height="${height}" alt="${name} of image ${id}"><figcaption>${name}</figcaption></figure>`;
}

/** Length of an image's longer side in pixels: about twice what a page shows, for screens of high density. */
const longerSide = 800;
const quality = 80;
/** Pages show images smaller than they are, phones above all. */
const textScale = 1.3;

/**
 * Draws an image for a report twice: with its ground truth, and with its detections.
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
  const size = { scale, textScale };
  return {
    ...image,
    groundTruth: await embed(drawInstances(pixels, instances, classes, { ignored, ...size })),
    detections: await embed(drawDetections(pixels, detections, { groundTruth: instances, ...size })),
  };
}

/** Embeds a canvas into the page. */
export async function embed(canvas: Canvas): Promise<EmbeddedImage> {
  const bytes = await canvas.encode('webp', quality);
  return {
    source: `data:image/webp;base64,${bytes.toString('base64')}`,
    width: canvas.width,
    height: canvas.height,
  };
}

/** Images that belong together: the worst ones worst first, the others best first. */
interface ImageGroup {
  readonly name: 'best' | 'median' | 'worst' | 'all';
  readonly images: readonly ImageQuality[];
}

/**
 * Chooses the images with the highest quality, with the lowest one and in the middle, `count` of each; all of them where
 * there are no more than that. Among equals those are better in which more was found, and then those in which less was
 * wrong. Images without a quality are left out: those with neither objects nor detections.
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
