import { classSection } from './classes.js';
import { curveSection } from './curves.js';
import { dataName } from './data-name.js';
import { gallerySection } from './gallery.js';
import { headlineSection } from './headline.js';
import { type Html, html } from './html.js';
import { mistakeSection } from './mistakes.js';
import { page } from './page.js';
import { count, counted, type Section } from './parts.js';
import { protocolSection } from './protocols.js';
import type { ReportData, ReportedEvaluation } from './report-data.js';
import { scoreSection } from './scores.js';
import { circumstanceSection, configSection } from './settings.js';
import { sizeSection } from './sizes.js';
import { trainingSection } from './training.js';

/** The report of an evaluation of a detector, of its training or of both. */
export function reportPage(data: ReportData): string {
  const { name, evaluation, log, config, circumstances } = data;
  return page(name, evaluation ? evaluated(data, evaluation) : notEvaluated(data), [
    ...(evaluation ? evaluationSections(data, evaluation) : []),
    ...(log.length > 0 ? [trainingSection({ log, config })] : []),
    configSection(config),
    circumstanceSection(circumstances),
  ]);
}

function evaluationSections(data: ReportData, evaluation: ReportedEvaluation): Section[] {
  return [
    headlineSection(data, evaluation),
    classSection(evaluation.metrics),
    gallerySection(evaluation),
    mistakeSection(evaluation.errors),
    curveSection(evaluation),
    scoreSection(evaluation.errors),
    sizeSection(evaluation),
    protocolSection(evaluation.metrics),
  ];
}

/** What was evaluated on what. */
function evaluated({ config, log }: ReportData, { metrics, split, step }: ReportedEvaluation): Html {
  const truths = Object.values(metrics.perClass).reduce((sum, each) => sum + each.truths, 0);
  const classes = Object.keys(metrics.perClass).length;
  const best = bestStep(log);
  const elsewhere =
    step !== undefined && best !== undefined && step !== best
      ? ` The run’s weights are those of step ${count(best)}, whose AP_m was the highest: atto eval reports them.`
      : '';
  return html`<p class="facts">Mask R-CNN with ${config.model.backbone.name}${step === undefined ? '' : ` after ${count(step)} steps`}, evaluated on
${dataName(config, split)}: ${counted(metrics.images, 'image')}, ${counted(truths, 'object')}, ${counted(classes, 'class', 'classes')}.${elsewhere}</p>`;
}

function notEvaluated({ config, log }: ReportData): Html {
  return html`<p class="facts">Mask R-CNN with ${config.model.backbone.name} after ${counted(log.length, 'step')} of training. It wasn’t
evaluated${config.training.validateEvery === undefined ? ', for training.validateEvery isn’t set' : ''}: <code>atto eval</code>
with this run’s folder does that, and adds its figures to this report.</p>`;
}

/** The step of the validation with the highest AP_m; the first one of equals, as training keeps it. */
function bestStep(log: ReportData['log']): number | undefined {
  let best: { readonly step: number; readonly AP_m: number } | undefined;
  for (const { step, validation } of log) {
    const AP_m = validation?.AP_m;
    if (typeof AP_m === 'number' && AP_m > (best?.AP_m ?? Number.NEGATIVE_INFINITY)) best = { step, AP_m };
  }
  return best?.step;
}
