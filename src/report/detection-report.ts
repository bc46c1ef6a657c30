import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset-format.js';
import type { SplitName } from '../datasets/sample.js';
import { writeTextAtomically } from '../files.js';
import type { DetectionEvaluation } from '../metrics/detection-evaluation.js';
import { classSection } from './classes.js';
import { curveSection, scoreSection } from './curves.js';
import { chooseImages, type GalleryGroup, galleryImage, gallerySection } from './gallery.js';
import { dataName, headlineSection } from './headline.js';
import { formatCount, type Html, html, quantity, type Section } from './html.js';
import { mistakeSection } from './mistakes.js';
import { page } from './page.js';
import { protocolSection } from './protocols.js';
import type { EvaluatedSplit, LoggedStep, ReportContent, ReportInput } from './report-input.js';
import { circumstanceSection, circumstances, configSection, dataSection } from './settings.js';
import { sizeSection } from './sizes.js';
import { trainingSection } from './training.js';

/** Contents of a detector's report. */
type DetectionReportInput = ReportInput<DetectionConfig, DetectionEvaluation, Dataset>;

/** The same with the images drawn. */
export type DetectionReportContent = ReportContent<DetectionConfig, IllustratedEvaluation>;

/** An evaluation of a detector with the images that its report shows. */
interface IllustratedEvaluation extends Pick<DetectionEvaluation, 'metrics' | 'curves' | 'errors'> {
  readonly split: SplitName;
  readonly step: number | undefined;
  readonly gallery: readonly GalleryGroup[];
}

/** Images of each group (best, median, worst) that a report shows. */
const imagesPerGroup = 3;

/**
 * Draws the images of a detector's report and writes the page: of an evaluation, of its training, or of both.
 *
 * @throws UserError when the file can't be written, or an image that is shown can't be read
 */
export async function writeDetectionReport(file: string, input: DetectionReportInput): Promise<void> {
  const { name, config, log, notices, evaluated } = input;
  const evaluation = evaluated && (await illustrate(evaluated));
  const text = detectionReportPage({
    name,
    config,
    log,
    notices,
    evaluation,
    circumstances: circumstances(input),
  });
  await writeTextAtomically(file, text);
}

async function illustrate({
  evaluation: { metrics, curves, errors, detections },
  dataset,
  split,
  step,
}: EvaluatedSplit<DetectionEvaluation, Dataset>): Promise<IllustratedEvaluation> {
  const gallery: GalleryGroup[] = [];
  for (const { name, images } of chooseImages(errors.images, imagesPerGroup)) {
    const drawn = [];
    for (const image of images) {
      const shown = (detections.get(image.id) ?? []).filter(({ score }) => score >= errors.score);
      drawn.push(await galleryImage(image, await dataset.load(String(image.id)), shown, dataset.classes));
    }
    gallery.push({ name, images: drawn });
  }
  return { metrics, curves, errors, split, step, gallery };
}

/** Page of a detector's report. */
export function detectionReportPage(data: DetectionReportContent): string {
  const { name, evaluation, log, config, notices, circumstances } = data;
  return page(name, evaluation ? evaluated(data, evaluation) : notEvaluated(data), [
    ...(evaluation ? evaluationSections(data, evaluation) : []),
    ...(log.length > 0 ? [trainingSection({ log, config }, 'AP, %')] : []),
    ...dataSection(notices),
    configSection(config),
    circumstanceSection(circumstances),
  ]);
}

function evaluationSections(data: DetectionReportContent, evaluation: IllustratedEvaluation): Section[] {
  return [
    headlineSection(data.config, evaluation.metrics, evaluation.split),
    classSection(evaluation.metrics),
    gallerySection(evaluation.gallery, evaluation.errors),
    mistakeSection(evaluation.errors),
    curveSection(evaluation),
    scoreSection(evaluation.errors),
    sizeSection(evaluation),
    protocolSection(evaluation.metrics),
  ];
}

/** Introduction of a report with an evaluation: the network, its data, and the numbers of images and objects. */
function evaluated(
  { config, log }: DetectionReportContent,
  { metrics, split, step }: IllustratedEvaluation,
): Html {
  const objects = Object.values(metrics.perClass).reduce((sum, { truths }) => sum + truths, 0);
  const classes = Object.keys(metrics.perClass).length;
  const best = bestStep(log);
  const elsewhere =
    step !== undefined && best !== undefined && step !== best
      ? ` The run’s weights are those of step ${formatCount(best)}, which had the highest AP_m. atto eval reports on them.`
      : '';
  return html`<p class="facts">Mask R-CNN with ${config.model.backbone.name}${step === undefined ? '' : ` after ${formatCount(step)} steps`}, evaluated on
${dataName(config, split)}: ${quantity(metrics.images, 'image')}, ${quantity(objects, 'object')}, ${quantity(classes, 'class', 'classes')}.${elsewhere}</p>`;
}

function notEvaluated({ config, log }: DetectionReportContent): Html {
  return html`<p class="facts">Mask R-CNN with ${config.model.backbone.name} after ${quantity(log.length, 'step')} of training. It wasn’t
evaluated${config.training.validateEvery === undefined ? ', because training.validateEvery isn’t set' : ''}. <code>atto eval</code>
with this run’s folder does that, and adds the metrics to this report.</p>`;
}

/** Step of the validation with the highest AP_m; the first one of equals, as training keeps it. */
function bestStep(log: readonly LoggedStep[]): number | undefined {
  let best: { readonly step: number; readonly AP_m: number } | undefined;
  for (const { step, validation } of log) {
    const AP_m = validation?.AP_m;
    if (typeof AP_m === 'number' && AP_m > (best?.AP_m ?? Number.NEGATIVE_INFINITY)) best = { step, AP_m };
  }
  return best?.step;
}
