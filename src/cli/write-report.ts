import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import { writeTextAtomically } from '../files.js';
import { chooseImages } from '../metrics/image-choice.js';
import { galleryImage } from '../report/pictures.js';
import { reportPage } from '../report/report.js';
import type { GalleryGroup, ReportedEvaluation } from '../report/report-data.js';
import type { NetworkEvaluation } from '../training/evaluate.js';
import { circumstances } from './circumstances.js';
import type { EvaluatedSplit, Reported } from './reported.js';

/** How many of the best, median and worst images a report shows, each. */
const imagesPerGroup = 3;

/** Draws the pictures of a report and writes the page. */
export async function writeReport(
  file: string,
  reported: Reported<DetectionConfig, NetworkEvaluation, Dataset>,
): Promise<void> {
  const { name, config, log, evaluated } = reported;
  const page = reportPage({
    name,
    config,
    log,
    evaluation: evaluated && (await withPictures(evaluated)),
    circumstances: circumstances(reported),
  });
  await writeTextAtomically(file, page);
}

async function withPictures({
  evaluation,
  dataset,
  split,
  step,
}: EvaluatedSplit<NetworkEvaluation, Dataset>): Promise<ReportedEvaluation> {
  const { metrics, curves, errors, detections } = evaluation;
  const gallery: GalleryGroup[] = [];
  for (const { name, images } of chooseImages(errors.images, imagesPerGroup)) {
    const drawn = [];
    for (const image of images) {
      const id = String(image.id);
      const shown = (detections.get(id) ?? []).filter(({ score }) => score >= errors.score);
      drawn.push(await galleryImage(image, await dataset.load(id), shown, dataset.classes));
    }
    gallery.push({ name, images: drawn });
  }
  return { metrics, curves, errors, split, step, gallery };
}
