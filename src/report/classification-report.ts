import type { Canvas } from '@napi-rs/canvas';
import type { ClassificationConfig } from '../config/schema.js';
import type { LabeledSplit } from '../datasets/dataset-format.js';
import { labeledSource } from '../datasets/loading/labeled-loader.js';
import type { RgbImage, SplitName } from '../datasets/sample.js';
import { imageCanvas } from '../drawing/canvas.js';
import { contactSheet } from '../drawing/panels.js';
import { writeTextAtomically } from '../files.js';
import {
  type ClassificationEvaluation,
  type ClassificationMetrics,
  worstMistakes,
} from '../metrics/classification-metrics.js';
import { percent } from '../metrics/metric-value.js';
import { type EmbeddedImage, embed } from './gallery.js';
import { dataName, tile } from './headline.js';
import { formatCount, type Html, html, quantity, type Section, scrollable, section, table } from './html.js';
import { cell } from './mistakes.js';
import { page } from './page.js';
import type { EvaluatedSplit, ReportContent, ReportInput } from './report-input.js';
import { circumstanceSection, circumstances, configSection, dataSection } from './settings.js';
import { trainingSection } from './training.js';

/** Contents of a classifier's report. */
type ClassificationReportInput = ReportInput<ClassificationConfig, ClassificationEvaluation, LabeledSplit>;

/** The same with the images drawn. */
type ClassificationReportContent = ReportContent<ClassificationConfig, IllustratedClassification>;

/** An evaluation of a classifier with the images that its report shows. */
interface IllustratedClassification {
  readonly metrics: ClassificationMetrics;
  readonly split: SplitName;
  readonly step: number | undefined;
  /** The worst first. */
  readonly mistakes: readonly EmbeddedMistake[];
}

/** An image that was taken for another class. */
interface Mistake {
  readonly id: string;
  /** Class that the image shows. */
  readonly groundTruth: string;
  /** Class that it was taken for. */
  readonly predicted: string;
  /** Probability of the predicted class, 0 to 1. */
  readonly probability: number;
}

interface EmbeddedMistake extends Mistake {
  readonly image: EmbeddedImage;
}

/** An image that was taken for another class, as the network saw it. */
interface MistakenImage extends Mistake {
  readonly image: RgbImage;
}

/** Mistakes that a report shows. */
const shownMistakes = 24;

/**
 * Draws the images of a classifier's report and writes the page: of an evaluation, of its training, or of both.
 *
 * @throws UserError when the file can't be written, or an image that is shown can't be read
 */
export async function writeClassificationReport(
  file: string,
  input: ClassificationReportInput,
): Promise<void> {
  const { name, config, log, notices, evaluated } = input;
  const evaluation = evaluated && (await illustrate(config, evaluated));
  const text = classificationReportPage({
    name,
    config,
    log,
    notices,
    evaluation,
    circumstances: circumstances(input),
  });
  await writeTextAtomically(file, text);
}

async function illustrate(
  config: ClassificationConfig,
  evaluated: EvaluatedSplit<ClassificationEvaluation, LabeledSplit>,
): Promise<IllustratedClassification> {
  const { evaluation, dataset, split, step } = evaluated;
  const mistakes: EmbeddedMistake[] = [];
  for (const mistake of await mistakenImages(config, evaluation, dataset)) {
    mistakes.push({ ...mistake, image: await embed(imageCanvas(mistake.image)) });
  }
  return { metrics: evaluation.metrics, split, step, mistakes };
}

/** The worst mistakes of an evaluation: the images whose true class got the least probability, the worst first. */
export async function mistakenImages(
  { input }: ClassificationConfig,
  { images }: Pick<ClassificationEvaluation, 'images'>,
  { root, classes }: LabeledSplit,
): Promise<MistakenImage[]> {
  const source = labeledSource(root);
  const mistakes: MistakenImage[] = [];
  for (const { id, label, predicted, probability } of worstMistakes(images, shownMistakes)) {
    const { image } = await source.read({ file: id, label, view: { kind: 'evaluation', input } });
    mistakes.push({ id, groundTruth: classes[label], predicted: classes[predicted], probability, image });
  }
  return mistakes;
}

/** Mistaken images on one sheet, each with both classes below it. */
export function drawMistakes(mistakes: readonly MistakenImage[]): Canvas {
  return contactSheet(
    mistakes.map(({ image, groundTruth, predicted, probability }) => ({
      image,
      objects: [],
      caption: `${groundTruth}, taken for ${predicted} with ${percent(probability)} %`,
    })),
  );
}

/** Page of a classifier's report. */
function classificationReportPage(data: ClassificationReportContent): string {
  const { name, evaluation, log, config, notices, circumstances } = data;
  return page(name, about(data), [
    ...(evaluation ? evaluationSections(evaluation) : []),
    ...(log.length > 0 ? [trainingSection({ log, config }, 'accuracy, %')] : []),
    ...dataSection(notices),
    configSection(config),
    circumstanceSection(circumstances),
  ]);
}

function about({ config, evaluation, log }: ClassificationReportContent): Html {
  const { model, training } = config;
  if (!evaluation) {
    return html`<p class="facts">Classifier ${model.backbone.name} after ${quantity(log.length, 'step')} of training. It wasn’t
evaluated${training.validateEvery === undefined ? ', because training.validateEvery isn’t set' : ''}. <code>atto eval</code> with this run’s folder does that, and
adds the metrics to this report.</p>`;
  }
  const { metrics, split, step } = evaluation;
  return html`<p class="facts">Classifier ${model.backbone.name}${step === undefined ? '' : ` after ${formatCount(step)} steps`}, evaluated on
${dataName(config, split)}: ${quantity(metrics.images, 'image')}, ${quantity(metrics.classes.length, 'class', 'classes')}.</p>`;
}

function evaluationSections({ metrics, mistakes }: IllustratedClassification): Section[] {
  return [
    accuracySection(metrics),
    classSection(metrics),
    confusionSection(metrics),
    mistakeSection(metrics, mistakes),
  ];
}

function accuracySection({ top1, top5, loss }: ClassificationMetrics): Section {
  return section(
    'metrics',
    'Accuracy',
    html`<div class="tiles">${[
      tile('top-1', top1, 'the true class is the most probable one', 'boxes'),
      tile('top-5', top5, 'it is among the five most probable ones', 'masks'),
    ]}</div>
<p class="note">In percent${top5 === null ? '; top-5 is meaningless with five classes or fewer' : ''}. Mean cross-entropy: ${loss === null ? '–' : loss.toFixed(3)}.</p>`,
  );
}

function classSection({ classes, perClass }: ClassificationMetrics): Section {
  const rows = classes
    .map((name) => ({ name, ...perClass[name] }))
    .sort((a, b) => (b.top1 ?? -1) - (a.top1 ?? -1));
  return section(
    'classes',
    'By class',
    table<(typeof rows)[number]>(
      'Best first, in percent. Predictions are the images that were taken for the class.',
      [
        { head: 'class', cell: ({ name }) => name },
        { head: 'images', number: true, cell: ({ images }) => formatCount(images) },
        { head: 'predictions', number: true, cell: ({ predictions }) => formatCount(predictions) },
        { head: 'top-1', number: true, cell: ({ top1 }) => percent(top1) },
        { head: 'top-5', number: true, cell: ({ top5 }) => percent(top5) },
      ],
      rows,
    ),
  );
}

function mistakeSection({ top1 }: ClassificationMetrics, mistakes: readonly EmbeddedMistake[]): Section {
  const body =
    mistakes.length === 0
      ? html`<p>${top1 === null ? 'Nothing was evaluated.' : 'No image was taken for another class.'}</p>`
      : html`<p>The images whose true class got the least probability, the worst first, as the network saw them.</p>
<div class="mistakes">${mistakes.map(card)}</div>`;
  return section('mistakes', 'Worst mistakes', body);
}

function card({ id, groundTruth, predicted, probability, image }: EmbeddedMistake): Html {
  const { source, width, height } = image;
  return html`<figure><img src="${source}" width="${width}" height="${height}" alt="${id}"><figcaption><strong>${groundTruth}</strong>, taken for
<strong>${predicted}</strong> with ${percent(probability)} % <span class="note">${id}</span></figcaption></figure>`;
}

/** A matrix of more classes can't be read; then the most frequent confusions are listed. */
const largestMatrix = 50;
const longestList = 50;

/** Classes that were taken for each other: a matrix, or for many classes a list. */
function confusionSection(metrics: ClassificationMetrics): Section {
  const body = metrics.classes.length > largestMatrix ? confusionList(metrics) : confusionMatrix(metrics);
  return section('confusions', 'Confusions', body);
}

function confusionMatrix({ classes, confusion }: ClassificationMetrics): Html {
  const row = (counts: readonly number[], actual: number) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    const cells = counts.map((value, i) => cell(value, total, i === actual ? 'right' : 'wrong'));
    return html`<tr><th scope="row">${classes[actual]}</th>${cells}</tr>`;
  };
  return scrollable(
    'Images by their class (rows) and the class that they were taken for (columns). Correct ones are on the diagonal.',
    html`<table class="matrix">
<thead><tr><th scope="col"><small>class ↓ predicted →</small></th>${classes.map(
      (name) => html`<th scope="col"><span>${name}</span></th>`,
    )}</tr></thead>
<tbody>${confusion.map(row)}</tbody></table>`,
  );
}

interface ClassPair {
  readonly actual: string;
  readonly predicted: string;
  readonly images: number;
}

function confusionList({ classes, confusion }: ClassificationMetrics): Html {
  const confusions = confusion
    .flatMap((counts, actual) =>
      counts.map((images, i): ClassPair & { readonly right: boolean } => ({
        actual: classes[actual],
        predicted: classes[i],
        images,
        right: actual === i,
      })),
    )
    .filter(({ images, right }) => images > 0 && !right)
    .sort((a, b) => b.images - a.images);
  if (confusions.length === 0) return html`<p>No image was taken for another class.</p>`;
  return table<ClassPair>(
    `The ${longestList} most frequent confusions; metrics.json has them all`,
    [
      { head: 'class', cell: ({ actual }) => actual },
      { head: 'taken for', cell: ({ predicted }) => predicted },
      { head: 'images', number: true, cell: ({ images }) => formatCount(images) },
    ],
    confusions.slice(0, longestList),
  );
}
