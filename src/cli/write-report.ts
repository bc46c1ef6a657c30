import { release, totalmem, type } from 'node:os';
import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { Engine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { chooseImages } from '../metrics/image-choice.js';
import type { NetworkEvaluation } from '../training/evaluate.js';
import type { LogEntry } from '../training/log.js';
import { galleryImage } from '../visualization/report/pictures.js';
import { reportPage } from '../visualization/report/report.js';
import type { Fact, GalleryGroup, ReportedEvaluation } from '../visualization/report/report-data.js';
import { processorName } from './processor.js';
import { version } from './version.js';

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

function circumstances({ weights, engine }: Reported): Fact[] {
  const { tensorflow, device, threads, precision } = engine;
  return [
    { name: 'written', value: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC` },
    { name: 'weights', value: weights },
    { name: 'atto', value: version },
    { name: 'TensorFlow', value: tensorflow },
    { name: 'device', value: device === 'gpu' ? 'GPU' : 'CPU' },
    { name: 'threads', value: String(threads) },
    { name: 'precision', value: precision },
    { name: 'Node', value: process.version.slice(1) },
    { name: 'system', value: `${type()} ${release()}, ${process.arch}` },
    { name: 'processor', value: processorName() },
    { name: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
  ];
}
