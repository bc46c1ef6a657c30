import { type Html, html } from './html.js';
import { count, counted, type Section, section } from './parts.js';
import { percent } from './percent.js';
import type { EmbeddedPicture, GalleryGroup, GalleryImage, ReportedEvaluation } from './report-data.js';

const titles: Readonly<Record<GalleryGroup['name'], string>> = {
  best: 'Best',
  median: 'Median',
  worst: 'Worst',
  all: 'All images, best first',
};

/** The best, median and worst images, truth beside prediction. */
export function gallerySection({ gallery, errors }: ReportedEvaluation): Section {
  const { images, score, geometry } = errors;
  const ranked = images.filter(({ quality }) => quality !== null).length;
  const unranked = images.length - ranked;
  const none = images.every(({ correct, falsePositives }) => correct + falsePositives === 0);
  const intro = html`<p>Ranked by panoptic quality (Kirillov et al., CVPR 2019): the IoUs of the correct ${geometry === 'mask' ? 'masks' : 'boxes'},
summed up and divided by their number plus half the number of wrong detections and of objects not found. It is 100 where
every object is found and outlined exactly and nothing else is detected, and unlike AP it is defined for a single image.
Only detections that score at least ${score} count and are drawn${none ? ': here, none does' : ''}. A detection whose box finds an object has its color.
${
  unranked > 0
    ? html`${counted(unranked, 'image')} of ${count(images.length)} without objects and detections ${unranked === 1 ? 'has' : 'have'} no quality.`
    : undefined
}</p>`;
  const empty = html`<p>There is no image with an object or a detection.</p>`;
  return section('images', 'Images', intro, gallery.length === 0 ? empty : gallery.map(group));
}

function group({ name, images }: GalleryGroup): Html {
  return html`<h3>${titles[name]}</h3><div class="gallery">${images.map(card)}</div>`;
}

function card({ id, quality, correct, falsePositives, notFound, truth, prediction }: GalleryImage): Html {
  const facts = `${count(correct)} correct, ${count(falsePositives)} wrong, ${count(notFound)} not found`;
  return html`<article><p class="card-title"><strong>${id}</strong> <span>quality ${percent(quality)}</span> <span class="note">${facts}</span></p>
<div class="pair">${picture(truth, 'truth', id)}${picture(prediction, 'prediction', id)}</div></article>`;
}

function picture({ source, width, height }: EmbeddedPicture, name: string, id: string | number): Html {
  return html`<figure><img src="${source}" width="${width}" height="${height}" alt="${name} of image ${id}"><figcaption>${name}</figcaption></figure>`;
}
