import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { Engine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { chooseImages } from '../metrics/image-choice.js';
import type { NetworkEvaluation } from '../training/evaluate.js';
import type { LogEntry } from '../training/log.js';
import { galleryImage } from '../visualization/report/pictures.js';
import { reportPage } from '../visualization/report/report.js';
import type { GalleryGroup, ReportedEvaluation } from '../visualization/report/report-data.js';
import { circumstances } from './circumstances.js';

/** What a report is about. */
export interface Reported {
  /** Of the run, or of the weights file. */
  readonly name: string;
  readonly config: DetectionConfig;
  /** The weights file. */
  readonly weights: string;
  readonly engine: Engine;
  readonly log: readonly LogEntry[];
  /** Undefined where nothing was evaluated. */
  readonly evaluated: EvaluatedSplit | undefined;
}

export interface EvaluatedSplit {
  readonly evaluation: NetworkEvaluation;
  readonly dataset: Dataset;
  readonly split: 'train' | 'val';
  /** The step of the run that the weights are of, where that is known. */
  readonly step: number | undefined;
}

/** How many of the best, median and worst images a report shows, each. */
const imagesPerGroup = 3;

/** Draws the pictures of a report and writes the page. */
export async function writeReport(file: string, reported: Reported): Promise<void> {
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
}: EvaluatedSplit): Promise<ReportedEvaluation> {
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
