import type { ClassificationConfig } from '../config/schema.js';
import type { ClassificationMetrics } from '../metrics/classification.js';
import { confusionSection } from './classifier-confusions.js';
import { dataName } from './data-name.js';
import { tile } from './headline.js';
import { type Html, html } from './html.js';
import { page } from './page.js';
import { count, counted, type Section, section, table } from './parts.js';
import { percent } from './percent.js';
import type { EmbeddedPicture, Fact, LoggedStep } from './report-data.js';
import { circumstanceSection, configSection } from './settings.js';
import { trainingSection } from './training.js';

/** What the report of a classifier is made from. */
export interface ClassifierReportData {
  /** Of the run, or of the weights file. */
  readonly name: string;
  readonly config: ClassificationConfig;
  /** Undefined where nothing was evaluated: then there is only how training went. */
  readonly evaluation: ReportedClassification | undefined;
  /** The run's steps in their order; empty where there is no run. */
  readonly log: readonly LoggedStep[];
  /** Versions and machine, and when it was. */
  readonly circumstances: readonly Fact[];
}

export interface ReportedClassification {
  readonly metrics: ClassificationMetrics;
  /** Which of the config's splits. */
  readonly split: 'train' | 'val';
  /** After which step of the run the weights were as evaluated; undefined where that isn't known. */
  readonly step: number | undefined;
  /** The worst first. */
  readonly mistakes: readonly PicturedMistake[];
}

/** An image that was taken for another class. */
export interface PicturedMistake {
  readonly id: string;
  /** What it shows, and what it was taken for. */
  readonly truth: string;
  readonly predicted: string;
  /** Of the predicted class. */
  readonly probability: number;
  readonly picture: EmbeddedPicture;
}

/** The report of an evaluation of a classifier, of its training or of both. */
export function classifierReportPage(data: ClassifierReportData): string {
  const { name, evaluation, log, config, circumstances } = data;
  return page(name, about(data), [
    ...(evaluation ? evaluationSections(evaluation) : []),
    ...(log.length > 0 ? [trainingSection({ log, config })] : []),
    configSection(config),
    circumstanceSection(circumstances),
  ]);
}

function about({ config, evaluation, log }: ClassifierReportData): Html {
  const { model, training } = config;
  if (!evaluation) {
    return html`<p class="facts">Classifier ${model.backbone.name} after ${counted(log.length, 'step')} of training. It wasn’t
evaluated${training.validateEvery === undefined ? ', for training.validateEvery isn’t set' : ''}: <code>atto eval</code> with this run’s folder does that, and adds its
figures to this report.</p>`;
  }
  const { metrics, split, step } = evaluation;
  return html`<p class="facts">Classifier ${model.backbone.name}${step === undefined ? '' : ` after ${count(step)} steps`}, evaluated on
${dataName(config, split)}: ${counted(metrics.images, 'image')}, ${counted(metrics.classes.length, 'class', 'classes')}.</p>`;
}

function evaluationSections({ metrics, mistakes }: ReportedClassification): Section[] {
  return [
    accuracySection(metrics),
    classSection(metrics),
    confusionSection(metrics),
    mistakeSection(metrics, mistakes),
  ];
}

function accuracySection({ top1, top5, loss }: ClassificationMetrics): Section {
  return section(
    'figures',
    'Accuracy',
    html`<div class="tiles">${[
      tile('top-1', top1, 'the true class is the most probable one', 'boxes'),
      tile('top-5', top5, 'it is among the five most probable ones', 'masks'),
    ]}</div>
<p class="note">In percent${top5 === null ? '; with no more than five classes, top-5 says nothing' : ''}. Mean cross-entropy: ${loss === null ? '–' : loss.toFixed(3)}.</p>`,
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
        { head: 'images', number: true, cell: ({ images }) => count(images) },
        { head: 'predictions', number: true, cell: ({ predictions }) => count(predictions) },
        { head: 'top-1', number: true, cell: ({ top1 }) => percent(top1) },
        { head: 'top-5', number: true, cell: ({ top5 }) => percent(top5) },
      ],
      rows,
    ),
  );
}

function mistakeSection({ top1 }: ClassificationMetrics, mistakes: readonly PicturedMistake[]): Section {
  const body =
    mistakes.length === 0
      ? html`<p>${top1 === null ? 'Nothing was evaluated.' : 'No image was taken for another class.'}</p>`
      : html`<p>The images whose true class got the least probability, the worst first, as the network saw them.</p>
<div class="mistakes">${mistakes.map(card)}</div>`;
  return section('mistakes', 'Worst mistakes', body);
}

function card({ id, truth, predicted, probability, picture }: PicturedMistake): Html {
  const { source, width, height } = picture;
  return html`<figure><img src="${source}" width="${width}" height="${height}" alt="${id}"><figcaption><strong>${truth}</strong>, taken for
<strong>${predicted}</strong> with ${percent(probability)} % <span class="note">${id}</span></figcaption></figure>`;
}
