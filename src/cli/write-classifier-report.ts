import type { ClassificationConfig } from '../config/schema.js';
import type { LabeledSplit } from '../datasets/image-folder/labeled-image.js';
import { labeledSource } from '../datasets/image-folder/source.js';
import type { RgbImage } from '../datasets/sample.js';
import { imageCanvas } from '../drawing/canvas.js';
import { writeTextAtomically } from '../files.js';
import { type ClassifiedImage, worstMistakes } from '../metrics/classification.js';
import { classifierReportPage, type PicturedMistake } from '../report/classifier-report.js';
import { embed } from '../report/pictures.js';
import type { ClassifierEvaluation } from '../training/evaluate-classifier.js';
import { circumstances } from './circumstances.js';
import type { EvaluatedSplit, Reported } from './reported.js';

/** How many mistakes are shown. */
const shownMistakes = 24;

/** Draws the pictures of a classifier's report and writes the page. */
export async function writeClassifierReport(
  file: string,
  reported: Reported<ClassificationConfig, ClassifierEvaluation, LabeledSplit>,
): Promise<void> {
  const { name, config, log, evaluated } = reported;
  const mistakes: PicturedMistake[] = [];
  for (const { mistake, image } of evaluated ? await mistakenImages(config, evaluated) : []) {
    const picture = await embed(imageCanvas(image));
    mistakes.push({ ...namedMistake(mistake, evaluated?.dataset.classes ?? []), picture });
  }
  const page = classifierReportPage({
    name,
    config,
    log,
    evaluation: evaluated && {
      metrics: evaluated.evaluation.metrics,
      split: evaluated.split,
      step: evaluated.step,
      mistakes,
    },
    circumstances: circumstances(reported),
  });
  await writeTextAtomically(file, page);
}

/** An image that was taken for another class, as the network saw it. */
export interface MistakenImage {
  readonly mistake: ClassifiedImage;
  readonly image: RgbImage;
}

/** The worst mistakes of an evaluation. */
export async function mistakenImages(
  { input }: ClassificationConfig,
  { evaluation, dataset }: Pick<EvaluatedSplit<ClassifierEvaluation, LabeledSplit>, 'evaluation' | 'dataset'>,
): Promise<MistakenImage[]> {
  const source = labeledSource({ root: dataset.root, input });
  const mistakes: MistakenImage[] = [];
  for (const mistake of worstMistakes(evaluation.images, shownMistakes)) {
    const request = { file: mistake.id, label: mistake.label, view: { kind: 'evaluation' } } as const;
    mistakes.push({ mistake, image: (await source.read(request)).image });
  }
  return mistakes;
}

/** A mistake with the names of its classes. */
export function namedMistake(
  { id, label, predicted, probability }: ClassifiedImage,
  classes: readonly string[],
): Omit<PicturedMistake, 'picture'> {
  return { id, truth: classes[label], predicted: classes[predicted], probability };
}
