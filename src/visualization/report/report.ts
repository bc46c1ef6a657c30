import { classSection } from './classes.js';
import { curveSection } from './curves.js';
import { dataName } from './data-name.js';
import { fontFaces } from './font-faces.js';
import { gallerySection } from './gallery.js';
import { headlineSection } from './headline.js';
import { Html, html } from './html.js';
import { mistakeSection } from './mistakes.js';
import { count, counted, type Section } from './parts.js';
import { protocolSection } from './protocols.js';
import type { ReportData, ReportedEvaluation } from './report-data.js';
import { scoreSection } from './scores.js';
import { circumstanceSection, configSection } from './settings.js';
import { sizeSection } from './sizes.js';
import { style } from './style.js';
import { trainingSection } from './training.js';

/**
 * The report of an evaluation, a run or both: one HTML page that needs nothing else, neither files nor scripts nor the
 * network.
 */
export function reportPage(data: ReportData): string {
  const { evaluation, log } = data;
  const sections = [
    ...(evaluation ? evaluationSections(data, evaluation) : []),
    ...(log.length > 0 ? [trainingSection(data)] : []),
    configSection(data.config),
    circumstanceSection(data.circumstances),
  ];
  const { source } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${data.name}: atto report</title>
<link rel="icon" href="data:,">
<style>${new Html(fontFaces() + style)}</style>
</head>
<body>
<header>
<p class="kicker">atto-maskrcnn report</p>
<h1>${data.name}</h1>
${evaluation ? evaluated(data, evaluation) : notEvaluated(data)}
${contents(sections)}
</header>
<main>
${sections.map(({ body }) => html`${body}\n`)}</main>
</body>
</html>
`;
  return withoutBreaks(source);
}

/** Keeps numbers on the line of the signs that belong to them. */
function withoutBreaks(text: string): string {
  return text.replaceAll(/IoU (≥|&gt;) (?=\d)/g, 'IoU\u00a0$1\u00a0').replaceAll(/(?<=\d) %/g, '\u00a0%');
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

function contents(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents"><ul>${sections.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>`;
}
